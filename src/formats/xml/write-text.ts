/** Lexical forms on their way into a document. */
import type { BytesType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import type { XmlText } from "./text-values.ts";
import type { XmlOutput } from "./xml-output.ts";

export function textOf(output: XmlOutput, text: XmlText, value: Value, step: string): string {
  if (text.verbatim && typeof value === "string") return value;
  const lexical = text.write(value);
  if (lexical === undefined) {
    output.fail(`expected ${text.expected}, found ${shownValue(value)}`, step);
  }
  return lexical;
}

/** What stands in the place of bytes that are carried elsewhere; undefined: nobody takes them. */
export function takenBytes(output: XmlOutput, value: Value, type: BytesType): string | undefined {
  const { takeBytes } = output;
  if (takeBytes === undefined || !(value instanceof Uint8Array)) return undefined;
  const { encoding, lengthMin = 0, lengthMax = Infinity, mediaType } = type;
  // What does not fit is refused by who would write it.
  const fits = value.length >= lengthMin && value.length <= lengthMax;
  return fits && encoding === "base64" ? takeBytes(value, mediaType) : undefined;
}

/** A value for messages. */
export function shownValue(value: Value | undefined): string {
  if (value === null || value === undefined) return "nothing";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a record";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** `{namespace}name` to `q1:name`, word by word, with the declarations of the prefixes. */
export function nameWords(
  output: XmlOutput,
  lexical: string,
): {
  readonly text: string;
  readonly declarations: string;
} {
  const declared = new Map<string, string>();
  const words = lexical.split(" ").map((word) => {
    const [, namespace = "", name = word] = /^\{([^}]*)\}(.*)$/.exec(word) ?? [];
    if (namespace === "") return name;
    let prefix = declared.get(namespace);
    if (prefix === undefined) {
      output.namePrefixes += 1;
      prefix = `q${output.namePrefixes}`;
      declared.set(namespace, prefix);
    }
    return `${prefix}:${name}`;
  });
  const declarations = [...declared].map(
    ([namespace, prefix]) => ` xmlns:${prefix}="${escapeUri(namespace)}"`,
  );
  return { text: words.join(" "), declarations: declarations.join("") };
}

export function escapeUri(uri: string): string {
  return uri.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}
