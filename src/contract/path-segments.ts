/**
 * Paths of REST bindings cut into segments. A variable stands for a segment or a part of one,
 * `{id}`, or, as in google.api.http, for several: `{name=shelves/*}`, `{name=files/**}`.
 */
export interface PathVariable {
  readonly name: string;
  /** Segments of its value: literals, `*`, and last `**`. Absent: it is one, or a part of one. */
  readonly pattern: readonly string[] | undefined;
  /** Its value by segments: literals, and which of the captured texts stands there. */
  readonly pieces: readonly (string | number)[];
}

export interface PathSegments {
  /** Behind each slash: `shelves`, `{name.1}`, `{a}-{b}`; no variable reaches over a slash. */
  readonly segments: readonly string[];
  /** Names of what is captured, in order: variables, or parts of them. */
  readonly captures: readonly string[];
  /** The last segment stands for all that remains, with its slashes, or for nothing. */
  readonly rest: boolean;
  /** In their order. */
  readonly variables: readonly PathVariable[];
}

/** As it is written in a path, with its name. */
export const pathVariable = /\{([^{}]*)\}/g;
const patterned = /^([^=/]+)=((?:(?:\*|[^*/={}]+)\/)*(?:\*\*?|[^*/={}]+))$/;

export function cutPath(path: string): PathSegments {
  const variables: PathVariable[] = [];
  const captures: string[] = [];
  const plain = path.replaceAll(pathVariable, (whole, inner: string) => {
    const [, name = inner, spelled] = patterned.exec(inner) ?? [];
    if (spelled === undefined) {
      variables.push({ name, pattern: undefined, pieces: [captures.length] });
      captures.push(name);
      return whole;
    }
    const pattern = spelled.split("/");
    const isOne = pattern.filter(isWild).length === 1;
    let count = 0;
    const names = pattern.map((text) => {
      if (!isWild(text)) return text;
      captures.push(isOne ? name : `${name}.${++count}`);
      return captures.length - 1;
    });
    variables.push({ name, pattern, pieces: names });
    return names.map((one) => (typeof one === "string" ? one : `{${captures[one]}}`)).join("/");
  });
  const rest = variables.at(-1)?.pattern?.at(-1) === "**";
  return { segments: plain.slice(1).split("/"), captures, rest, variables };
}

function isWild(segment: string): boolean {
  return segment === "*" || segment === "**";
}

/** Paths of one shape match the same requests: names of variables do not tell them apart. */
export function pathShape(path: string): string {
  const { segments, rest } = cutPath(path);
  return `/${segments.join("/").replaceAll(pathVariable, "{}")}${rest ? "/**" : ""}`;
}

/** Whether the segments of a value are those of the pattern. */
export function fitsPattern(pattern: readonly string[], segments: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === "**";
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? segments.length < fixed.length : segments.length !== fixed.length) return false;
  return fixed.every((text, index) => {
    const segment = segments[index] as string;
    return text === "*" ? segment !== "" : segment === text;
  });
}
