/** Holds the query of a request to what openapi.yaml says of its operation's parameters. */
import { didYouMean } from "#base/nearest.ts";
import type { Problem } from "#base/problem.ts";
import { problems } from "#control/problems.ts";

export interface QueryParameter {
  readonly name: string;
  readonly type: "array" | "boolean" | "integer" | "string";
}

/**
 * What nobody heeds would be believed to have been heeded: a filter with a slip of the pen finds
 * everything. @param known none: the operation takes no parameters, and does not look.
 */
export function checkQuery(
  query: URLSearchParams,
  known: readonly QueryParameter[],
): Problem | undefined {
  if (known.length === 0) return undefined;
  const names = known.map(({ name }) => name);
  for (const name of new Set(query.keys())) {
    const parameter = known.find((one) => one.name === name);
    const values = query.getAll(name);
    const [value = ""] = values;
    if (parameter === undefined) {
      const shown = JSON.stringify(name.slice(0, 100));
      const meant = didYouMean(name, names);
      return bad(`there is no parameter ${shown}; ${meant ?? `there are ${names.join(", ")}`}`);
    }
    const { type } = parameter;
    if (values.length > 1 && type !== "array") {
      return bad(`parameter ${name} is there ${values.length} times; expected one`);
    }
    // Who reads or erases is put on record, and that is not nobody.
    if (name === "by" && value.trim() === "") {
      return bad(`parameter by is ${JSON.stringify(value)}; expected a name`);
    }
    if (type === "boolean" && !["true", "false"].includes(value)) {
      return bad(`parameter ${name} is ${JSON.stringify(value)}; expected true or false`);
    }
  }
  return undefined;
}

function bad(detail: string): Problem {
  return problems["bad-parameter"](detail);
}
