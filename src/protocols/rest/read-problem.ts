/**
 * What a failure of a service says of itself: a problem document in JSON or XML (RFC 9457), or any
 * JSON like it.
 */
import { DocumentFailure } from "#contract/document-fault.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import { endTag, startTag, XmlTokenizer } from "#formats/xml/tokenizer.ts";

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
  if (body.length > 64 * 1024) return undefined;
  const isXml = /^application\/problem\+xml\s*(?:;|$)/i.test(contentType);
  if (!isXml && !/[/+]json\s*(?:;|$)/i.test(contentType)) return undefined;
  const valueOf = (isXml ? membersOfXml : membersOfJson)(body.toString());
  if (valueOf === undefined) return undefined;
  const text = (name: string): string | undefined => {
    const value = valueOf(name);
    return typeof value === "string" && value !== "" ? value.slice(0, textMax) : undefined;
  };
  const isProblem = isXml || /problem\+json/i.test(contentType);
  const [, name] = /^urn:parlance:problem:(.*)$/s.exec(text("type") ?? "") ?? [];
  return {
    name: name === undefined ? undefined : decoded(name),
    code: text("code"),
    kind: isProblem ? text("kind") : undefined,
    blame: isProblem ? text("fault") : undefined,
    message: text("detail") ?? text("message") ?? text("title"),
  };
}

type Members = (name: string) => unknown;

function membersOfJson(body: string): Members | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null) return () => undefined;
    return (name) => Object.getOwnPropertyDescriptor(parsed, name)?.value as unknown;
  } catch {
    return undefined;
  }
}

/** RFC 9457 Appendix B: elements of the root, by their local names; others are skipped. */
function membersOfXml(body: string): Members | undefined {
  const members = new Map<string, string>();
  try {
    const tokenizer = new XmlTokenizer(body);
    tokenizer.nextElement();
    while (tokenizer.nextElement() === startTag) {
      const { name } = tokenizer;
      if (plain.has(name) && !members.has(name)) members.set(name, tokenizer.readText());
      else tokenizer.skipElement();
    }
    if (tokenizer.token !== endTag) return undefined;
  } catch (error) {
    if (error instanceof DocumentFailure) return undefined;
    throw error;
  }
  return (name) => members.get(name);
}

const plain: ReadonlySet<string> = new Set(["type", "title", "detail", "code", "kind", "fault"]);

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
