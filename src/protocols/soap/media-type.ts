/** Content-Type as RFC 9110 §8.3.1 defines it: type, subtype and parameters, quoted or not. */
export interface MediaType {
  /** Lower case, without parameters: `text/xml`. */
  readonly essence: string;
  /** Names in lower case; quotes resolved. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const essenceForm = new RegExp(`^[ \\t]*(${token}/${token})[ \\t]*(?:;|$)`);
const parameterForm = new RegExp(
  `[ \\t]*(?:;|(${token})[ \\t]*=[ \\t]*(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")[ \\t]*(?:;|$)|$)`,
  "y",
);

/** Undefined: it is none, or one parameter stands twice. */
export function parseMediaType(text: string | undefined): MediaType | undefined {
  const found = essenceForm.exec(text ?? "");
  if (text === undefined || found === null) return undefined;
  const parameters = new Map<string, string>();
  let position = found[0].length;
  while (position < text.length) {
    parameterForm.lastIndex = position;
    const parameter = parameterForm.exec(text);
    if (parameter === null || parameter[0] === "") return undefined;
    position = parameterForm.lastIndex;
    const name = parameter[1]?.toLowerCase();
    if (name === undefined) continue;
    if (parameters.has(name)) return undefined;
    parameters.set(name, parameter[2] ?? (parameter[3] ?? "").replace(/\\(.)/g, "$1"));
  }
  return { essence: (found[1] as string).toLowerCase(), parameters };
}
