/** `Cache-Control` of requests and answers (RFC 9111 §5.2), read as strictly as is safe. */

/** By names in lower case; "" where there is no argument. */
export type Directives = ReadonlyMap<string, string>;

const none: Directives = new Map();

/** Where a directive is said twice with different arguments, it says nothing that can be read. */
const contradictory = "?";

/** RFC 9111 §1.2.2: what is longer is taken for this. */
const secondsMax = 2 ** 31;

const directive =
  /([!#$%&'*+.^_`|~0-9a-z-]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s",]*)))?[ \t]*(?=,|$)/iy;

export function parseDirectives(value: string | undefined): Directives {
  if (value === undefined || value === "") return none;
  const found = new Map<string, string>();
  for (let at = 0; at < value.length;) {
    if (" \t,".includes(value[at] as string)) {
      at++;
      continue;
    }
    directive.lastIndex = at;
    const match = directive.exec(value);
    if (match === null) {
      // What cannot be read is passed over, with quotes that it may have.
      const next = value.indexOf(",", at);
      at = next < 0 ? value.length : next + 1;
      continue;
    }
    const name = (match[1] as string).toLowerCase();
    const argument = match[2]?.replaceAll(/\\(.)/g, "$1") ?? match[3] ?? "";
    const earlier = found.get(name);
    found.set(name, earlier === undefined || earlier === argument ? argument : contradictory);
    at = directive.lastIndex;
  }
  return found;
}

/** @returns undefined: it is not there. What is no number is 0 (RFC 9111 §4.2.1: stale). */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const argument = directives.get(name);
  if (argument === undefined) return undefined;
  return /^\d+$/.test(argument) ? Math.min(Number(argument), secondsMax) : 0;
}
