/** What a client with given rules would see in the bytes that came back (RFC 9112 §6.3). */
import { readChunkedBody, readFraming, readLengthBody, type Body } from "./read-body.ts";
import { Incomplete, readFields, readLine, Unreadable, type SeenField } from "./read-fields.ts";
import { strictReading, type ReadingRules } from "./message-rules.ts";
import type { Reading } from "./read-requests.ts";

export const strictAnswers = strictReading;

export interface SeenResponse {
  readonly version: string;
  readonly status: number;
  readonly fields: readonly SeenField[];
  readonly body: string;
  readonly trailers: readonly SeenField[];
  readonly framing: "none" | "length" | "chunked" | "close";
  readonly complete: boolean;
}

/** The value of a field, several lines joined; undefined when there is none. */
export function fieldOf(
  message: { readonly fields: readonly SeenField[] } | undefined,
  name: string,
): string | undefined {
  const values = message?.fields.filter(([own]) => own === name).map(([, value]) => value) ?? [];
  return values.length === 0 ? undefined : values.join(", ");
}

/** `methods[i]` is that of the i-th request; `closed`: no more bytes will come. */
export function readResponses(
  bytes: Buffer,
  methods: readonly string[],
  closed: boolean,
  rules: ReadingRules,
): Reading<SeenResponse> {
  const text = bytes.toString("latin1");
  const messages: SeenResponse[] = [];
  let at = 0;
  let answered = 0;
  try {
    while (at < text.length) {
      const line = readLine(text, at, rules.lineEnd);
      const start = /^(HTTP\/1\.[01]) (\d{3})(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?$/.exec(line.text);
      if (start === null) throw new Unreadable(`bad status line ${JSON.stringify(line.text)}`);
      const status = Number(start[2]);
      const { fields, next } = readFields(text, line.next, rules);
      const method = methods[answered] ?? "GET";
      const framing = framingOf(method, status, fields, rules);
      const body = readBody(text, next, framing, rules, closed);
      messages.push({
        version: start[1] as string,
        status,
        fields,
        body: body.body,
        trailers: body.trailers,
        framing: framing.kind,
        complete: body.complete,
      });
      if (status >= 200) answered++;
      if (!body.complete || status === 101) break;
      at = body.next;
    }
  } catch (error) {
    if (error instanceof Incomplete) return { messages, unfinishedHead: true };
    if (error instanceof Unreadable) {
      return { messages, error: error.message, unfinishedHead: false };
    }
    throw error;
  }
  return { messages, unfinishedHead: false };
}

type AnswerFraming = { readonly kind: SeenResponse["framing"]; readonly length?: number };

function framingOf(
  method: string,
  status: number,
  fields: readonly SeenField[],
  rules: ReadingRules,
): AnswerFraming {
  if (status < 200 || status === 204 || status === 304 || method === "HEAD") {
    return { kind: "none" };
  }
  const framing = readFraming(fields, rules);
  return framing.kind === "none" ? { kind: "close" } : framing;
}

function readBody(
  text: string,
  at: number,
  framing: AnswerFraming,
  rules: ReadingRules,
  closed: boolean,
): Body {
  if (framing.kind === "chunked") return readChunkedBody(text, at, rules);
  if (framing.kind === "length") return readLengthBody(text, at, framing.length ?? 0);
  if (framing.kind === "none") return { body: "", trailers: [], complete: true, next: at };
  return { body: text.slice(at), trailers: [], complete: closed, next: text.length };
}
