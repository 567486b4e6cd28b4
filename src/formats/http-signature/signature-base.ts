/** What a signature of a request is made over (RFC 9421 §2.5). */
import { writeInnerList, writeItem, type InnerList, type Item } from "./structured-fields.ts";

/** A request as it is at the one who signs, or at the one who verifies. */
export interface SignedMessage {
  readonly method: string;
  readonly scheme: "http" | "https";
  readonly authority: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Several lines joined by ", ". */
  readonly field: (lowerCaseName: string) => string | undefined;
}

export interface SignatureBase {
  readonly kind: "base";
  readonly text: string;
}

/** A component that is not there, or that we cannot tell the value of. */
export interface MissingComponent {
  readonly kind: "missing";
  readonly component: string;
}

export function signatureBase(
  message: SignedMessage,
  covered: InnerList,
): SignatureBase | MissingComponent {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const item of covered.items) {
    const identifier = writeItem(item);
    const value = seen.has(identifier) ? undefined : componentValue(message, item);
    seen.add(identifier);
    // RFC 9421 §2.5: a line end in a value would make another line of it.
    if (value === undefined || /[\r\n]/.test(value)) {
      return { kind: "missing", component: identifier.slice(0, 100) };
    }
    lines.push(`${identifier}: ${value}`);
  }
  lines.push(`"@signature-params": ${writeInnerList(covered)}`);
  return { kind: "base", text: lines.join("\n") };
}

function componentValue(message: SignedMessage, { item, parameters }: Item): string | undefined {
  if (item.kind !== "string") return undefined;
  const name = item.value;
  if (name === "@query-param") return queryParameter(message.target, parameters.get("name"));
  // Others would sign for parts of fields, or for another message.
  if (parameters.size > 0) return undefined;
  return plainComponent(message, name);
}

/** One without parameters; undefined: it is not there, or we cannot tell it. */
export function plainComponent(message: SignedMessage, name: string): string | undefined {
  return name.startsWith("@") ? derivedValue(message, name) : fieldValue(message, name);
}

/** RFC 9421 §2.1: lines without white space around them, joined. */
function fieldValue(message: SignedMessage, name: string): string | undefined {
  if (name !== name.toLowerCase()) return undefined;
  return message.field(name)?.trim();
}

/** RFC 9421 §2.2. */
function derivedValue(message: SignedMessage, name: string): string | undefined {
  const { method, scheme, target } = message;
  const question = target.indexOf("?");
  switch (name) {
    case "@method":
      return method;
    case "@scheme":
      return scheme;
    case "@authority":
      return normalizedAuthority(message);
    case "@target-uri":
      return `${scheme}://${normalizedAuthority(message)}${target}`;
    case "@request-target":
      return target;
    case "@path":
      return (question < 0 ? target : target.slice(0, question)) || "/";
    case "@query":
      return question < 0 ? "?" : target.slice(question);
    default:
      return undefined;
  }
}

function normalizedAuthority({ scheme, authority }: SignedMessage): string {
  const port = scheme === "https" ? ":443" : ":80";
  const lower = authority.toLowerCase();
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}

/** RFC 9421 §2.2.8: one parameter of this name, written anew in the one way there is. */
function queryParameter(target: string, name: Item["item"] | undefined): string | undefined {
  if (name?.kind !== "string") return undefined;
  const question = target.indexOf("?");
  const query = question < 0 ? "" : target.slice(question + 1);
  const found = [...new URLSearchParams(query)].filter(([key]) => encoded(key) === name.value);
  const [first] = found;
  return found.length === 1 && first !== undefined ? encoded(first[1]) : undefined;
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
