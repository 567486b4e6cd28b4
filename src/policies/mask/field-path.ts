/**
 * Paths of fields, as an operator writes them: `customer.card`, `**.iban`. Lists, maps and choices
 * are gone through without being named: `lines.price` is the price of every line.
 */

/** Rules whose next step is due at a place in a message. */
export interface PathState {
  /** Steps that are left of each rule, by its index. */
  readonly open: readonly OpenPath[];
}

interface OpenPath {
  readonly rule: number;
  readonly steps: readonly string[];
  /** Whether it may begin at any depth. */
  readonly anywhere: boolean;
}

export interface Step {
  /** The rule that is for the field itself; undefined: none. */
  readonly rule: number | undefined;
  /** What goes on inside it. */
  readonly inside: PathState;
}

/** `**.` at its beginning: at any depth. */
export function startOf(paths: readonly string[]): PathState {
  return {
    open: paths.map((path, rule) => {
      const anywhere = path.startsWith("**.");
      return { rule, steps: (anywhere ? path.slice(3) : path).split("."), anywhere };
    }),
  };
}

export function stepInto({ open }: PathState, field: string): Step {
  let rule: number | undefined;
  const inside: OpenPath[] = [];
  for (const path of open) {
    if (path.anywhere) inside.push(path);
    if (path.steps[0] !== field) continue;
    if (path.steps.length > 1) {
      inside.push({ rule: path.rule, steps: path.steps.slice(1), anywhere: false });
    } else rule ??= path.rule;
  }
  return { rule, inside: { open: inside } };
}

/** What is open in either. */
export function joined(one: PathState, other: PathState): PathState {
  const known = new Set(one.open);
  return { open: [...one.open, ...other.open.filter((path) => !known.has(path))] };
}

/** The same for the same state. */
export function keyOf({ open }: PathState): string {
  return open
    .map(({ rule, steps, anywhere }) => `${anywhere ? "**" : ""}${rule}:${steps.join(".")}`)
    .join("|");
}
