/** What a command says about itself: its help, its reference and its arguments follow from it. */

/** What a command ends with. */
export const exitCode = { fine: 0, findings: 1, usage: 2, refused: 3 } as const;

export interface Command {
  readonly name: string;
  /** One line, in the third person. */
  readonly summary: string;
  /** Paragraphs for the help, if the summary does not say it all. */
  readonly description?: readonly string[];
  readonly positionals: readonly Positional[];
  /** By long name. `help` and `json` belong to every command and are added by themselves. */
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  /** What 0, 1 and 3 mean here, where it is not plain. */
  readonly exitCodes?: Readonly<Partial<Record<keyof typeof exitCode, string>>>;
  /** Everything heavy is imported in here, so that `--help` is quick. */
  readonly run: (input: CommandInput) => Promise<number>;
}

interface Positional {
  /** As it stands in the usage line, upper case. */
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
}

export interface Option {
  readonly description: string;
  readonly short?: string;
  /** Name of its value in the usage line; absent: it takes none. */
  readonly value?: string;
  readonly isRepeatable?: boolean;
}

export interface CommandInput {
  /** In the order of the positionals of the command; undefined where one is left out. */
  readonly positionals: readonly (string | undefined)[];
  readonly json: boolean;
  readonly text: (option: string) => string | undefined;
  readonly texts: (option: string) => readonly string[];
  readonly flag: (option: string) => boolean;
}

/** Wrong use, as opposed to a wrong configuration. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly suggestion: string | undefined;

  constructor(message: string, suggestion?: string) {
    super(message);
    this.suggestion = suggestion;
  }
}

export const commonOptions: Readonly<Record<string, Option>> = {
  json: { description: "Print JSON instead of text." },
  help: { short: "h", description: "Show this help." },
};
