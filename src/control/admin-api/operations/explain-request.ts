/** GET /api/v1/explain */
import type { Operation } from "#control/admin-api/operation.ts";
import { problems } from "#control/problems.ts";

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}):[ \t]*([\t\x20-\x7e]*?)[ \t]*$/;
const target = /^(?:\/|[a-z]+:\/\/)/i;

export const explainRequest: Operation = async ({ query, estate }) => {
  const method = query.get("method") ?? "";
  const url = query.get("url") ?? "";
  const caller = query.get("as") ?? undefined;
  if (!token.test(method)) return wrong("method", method, "an HTTP method, such as GET");
  if (!target.test(url)) return wrong("url", url, "a path that begins with / or a URL");
  const headers = readHeaders(query.getAll("header"));
  if (typeof headers === "string") return wrong("header", headers, "Name: value");
  const request = { method, url, headers, caller };
  return { kind: "json", value: await estate.explain(request) };
};

/** @returns the name of one that is not possible; its value may be a key. */
function readHeaders(lines: readonly string[]): Record<string, string> | string {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = field.exec(line) ?? [];
    if (name === undefined || value === undefined) return line.split(":")[0] ?? "";
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

function wrong(name: string, value: string, expected: string): Awaited<ReturnType<Operation>> {
  const what = value === "" ? "is missing" : `is ${JSON.stringify(value.slice(0, 100))}`;
  return {
    kind: "problem",
    problem: problems["bad-parameter"](`parameter ${name} ${what}; expected ${expected}`),
  };
}
