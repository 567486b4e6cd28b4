/** What a failure of a service says of itself in JSON: a problem document, or anything like it. */
import type { UpstreamResponse } from "#extension/protocol.ts";

/** Texts of a service that go into messages are cut here. */
const textMax = 1_000;

export interface ReadProblem {
  /** Of a declared fault, as our own faces say it. */
  readonly name: string | undefined;
  readonly code: string | undefined;
  readonly kind: string | undefined;
  readonly blame: string | undefined;
  readonly message: string | undefined;
}

/** Leniently: only texts are looked at. Large bodies are no problem documents. */
export function readProblem({ body, field }: UpstreamResponse): ReadProblem | undefined {
  const contentType = field("content-type") ?? "";
  if (body.length > 64 * 1024 || !/[/+]json\s*(?:;|$)/i.test(contentType)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    return undefined;
  }
  const text = (name: string): string | undefined => {
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const value: unknown = Object.getOwnPropertyDescriptor(parsed, name)?.value;
    return typeof value === "string" && value !== "" ? value.slice(0, textMax) : undefined;
  };
  const isProblem = /problem\+json/i.test(contentType);
  const [, name] = /^urn:parlance:problem:(.*)$/s.exec(text("type") ?? "") ?? [];
  return {
    name: name === undefined ? undefined : decoded(name),
    code: text("code"),
    kind: isProblem ? text("kind") : undefined,
    blame: isProblem ? text("fault") : undefined,
    message: text("detail") ?? text("message") ?? text("title"),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
