/**
 * A minimal, independent reader of request streams: what would a server with these rules see?
 * Used for verdicts only; it shares no code with the gateway.
 */
import { readChunkedBody, readFraming, readLengthBody, type Body } from "./read-body.ts";
import {
  Incomplete,
  readFields,
  readLine,
  tokenPattern,
  Unreadable,
  valuesOf,
  type SeenField,
} from "./read-fields.ts";
import { strictReading, type ReadingRules } from "./message-rules.ts";

export { strictReading };

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Names in lower case, in the order received. */
  readonly fields: readonly SeenField[];
  readonly host: string | undefined;
  /** latin1, without chunk framing. */
  readonly body: string;
  readonly trailers: readonly SeenField[];
  readonly chunked: boolean;
  readonly complete: boolean;
}

export interface Reading<Message> {
  readonly messages: readonly Message[];
  /** Why the reader gave up on the rest. */
  readonly error?: string;
  /** Bytes of a head that has not ended yet. */
  readonly unfinishedHead: boolean;
}

export function readRequests(bytes: Buffer, rules: ReadingRules): Reading<SeenRequest> {
  const text = bytes.toString("latin1");
  const messages: SeenRequest[] = [];
  let at = 0;
  try {
    while (at < text.length) {
      const head = readRequestHead(text, at, rules);
      if (head === undefined) break;
      const framing = readFraming(head.fields, rules);
      if (rules === strictReading && framing.kind === "chunked" && head.version === "HTTP/1.0") {
        throw new Unreadable("Transfer-Encoding in HTTP/1.0");
      }
      messages.push({ ...head, ...emptyBody, chunked: framing.kind === "chunked" });
      let body: Body = { body: "", trailers: [], complete: true, next: head.next };
      if (framing.kind === "chunked") body = readChunkedBody(text, head.next, rules);
      if (framing.kind === "length") body = readLengthBody(text, head.next, framing.length);
      const { next, ...seen } = body;
      messages.push({ ...(messages.pop() as SeenRequest), ...seen });
      if (!body.complete) break;
      at = next;
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

const emptyBody = { body: "", trailers: [], complete: false };

type RequestHead = Pick<SeenRequest, "method" | "target" | "version" | "fields" | "host"> & {
  readonly next: number;
};

function readRequestHead(text: string, from: number, rules: ReadingRules): RequestHead | undefined {
  let at = from;
  let line = readLine(text, at, rules.lineEnd);
  let empty = 0;
  while (line.text === "") {
    if (rules === strictReading && ++empty > 1) throw new Unreadable("empty lines");
    at = line.next;
    if (at >= text.length) return undefined;
    line = readLine(text, at, rules.lineEnd);
  }
  const start = readStartLine(line.text, rules);
  const { fields, next } = readFields(text, line.next, rules);
  const hosts = valuesOf(fields, "host");
  if (rules.hostLines === "refuse") {
    if (hosts.length > 1) throw new Unreadable("several Host fields");
    if (hosts.length === 0 && start.version === "HTTP/1.1") throw new Unreadable("no Host field");
  }
  return { ...start, fields, host: rules.hostLines === "last" ? hosts.at(-1) : hosts[0], next };
}

function readStartLine(
  line: string,
  rules: ReadingRules,
): Pick<SeenRequest, "method" | "target" | "version"> {
  if (rules.startLine === "strict") {
    const parts = /^([^ ]+) ([\x21-\x7e]+) (HTTP\/1\.[01])$/.exec(line);
    if (parts === null || !tokenPattern.test(parts[1] as string)) {
      throw new Unreadable(`bad request line ${JSON.stringify(line)}`);
    }
    return { method: parts[1] as string, target: parts[2] as string, version: parts[3] as string };
  }
  const words = line.trim().split(/[ \t\v\f\r\0]+/);
  const [method = "", target = ""] = words;
  return { method, target, version: words.length > 2 ? (words.at(-1) as string) : "HTTP/0.9" };
}
