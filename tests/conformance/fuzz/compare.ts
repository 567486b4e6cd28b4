/**
 * The rule: what we accept, llhttp in strict mode accepts too, and understands alike; what it
 * refuses we refuse; and no split of the bytes changes what we make of them.
 */
import { strictReading } from "#tests/support/message-rules.ts";
import { readChunkedBody } from "#tests/support/read-body.ts";
import { readWithLlhttp } from "./llhttp.ts";
import { readWithOurs, type OurReading } from "./our-reading.ts";
import type { MessageKind, ReadMessage, StreamReading } from "./reading.ts";

export interface Sample {
  readonly bytes: Buffer;
  readonly kind: MessageKind;
  readonly cuts: readonly number[];
}

export interface Finding {
  /** The same for findings with the same cause, as far as can be told. */
  readonly kind: string;
  readonly detail: string;
}

export interface Comparison {
  readonly finding?: Finding;
  /** Our fault where llhttp accepted the message that we refused. */
  readonly stricter?: string;
  readonly accepted: number;
}

/**
 * llhttp knows a closed list of methods; RFC 9110 §9.1 leaves it open.
 * Deviation: a request with an unlisted method is not compared, because the referee cannot read it.
 */
const unknownToReferee = /^HPE_INVALID_METHOD|Expected (?:SOURCE|HTTP|RTSP|ICE)\b/;

/**
 * RFC 9112 §5 allows tabs around every field value.
 * Deviation: llhttp refuses them behind these two values only; the RFC is followed here.
 */
const tabBehindFraming = /^(?:content-length|transfer-encoding):[^\r\n]*\t\r$/im;
const framingRefusals = /^HPE_INVALID_(?:CONTENT_LENGTH|TRANSFER_ENCODING)/;

export function compare(sample: Sample): Comparison {
  const { bytes, kind, cuts } = sample;
  const ours = readWithOurs(bytes, kind, true);
  const pieces = readWithOurs(bytes, kind, true, cuts);
  const accepted = ours.messages.length;
  const split = splitFinding(ours, pieces);
  if (split !== undefined) return { finding: split, accepted };
  const framing = forwardedFinding(ours);
  if (framing !== undefined) return { finding: framing, accepted };
  const theirs = readWithLlhttp(bytes, kind, true);
  for (const [index, message] of ours.messages.entries()) {
    const finding = messageFinding(message, theirs, index, bytes);
    if (finding === "not comparable") return { accepted };
    if (finding !== undefined) return { finding, accepted };
  }
  const more = theirs.messages.length > accepted;
  return ours.fault !== undefined && more ? { accepted, stricter: ours.fault } : { accepted };
}

function splitFinding(whole: OurReading, pieces: OurReading): Finding | undefined {
  if (JSON.stringify(whole.messages) !== JSON.stringify(pieces.messages)) {
    return { kind: "split changes messages", detail: describeBoth(whole, pieces) };
  }
  if (whole.forwarded.length !== pieces.forwarded.length) {
    return { kind: "split changes forwarding", detail: describeBoth(whole, pieces) };
  }
  if ((whole.fault === undefined) !== (pieces.fault === undefined)) {
    return { kind: "split changes refusal", detail: `${whole.fault} or ${pieces.fault}` };
  }
  return undefined;
}

function describeBoth(one: StreamReading, other: StreamReading): string {
  return `${JSON.stringify(one)}\n    ${JSON.stringify(other)}`;
}

/** What is handed on must mean what was understood, to the letter. */
function forwardedFinding(ours: OurReading): Finding | undefined {
  for (const [index, message] of ours.messages.entries()) {
    const chunked = message.fields.some((line) => /^transfer-encoding: chunked$/i.test(line));
    if (!chunked) continue;
    const kept = ours.forwarded[index] as string;
    if (kept === "") continue;
    if (/;/.test(kept) && !message.body.includes(";")) {
      return { kind: "an extension is handed on", detail: JSON.stringify(kept) };
    }
    const text = message.trailers.length === 0 ? kept : `${kept}\r\n`;
    const body = readChunkedBody(text, 0, strictReading);
    if (!body.complete || body.body !== message.body || body.next !== text.length) {
      return { kind: "handed-on chunks differ", detail: JSON.stringify(kept) };
    }
  }
  return undefined;
}

function messageFinding(
  message: ReadMessage,
  theirs: StreamReading,
  index: number,
  bytes: Buffer,
): Finding | "not comparable" | undefined {
  const other = theirs.messages[index];
  if (other === undefined) {
    const refusal = theirs.refusal ?? "it waits for more";
    if (unknownToReferee.test(refusal)) return "not comparable";
    if (framingRefusals.test(refusal) && tabBehindFraming.test(bytes.toString("latin1"))) {
      return "not comparable";
    }
    return { kind: `llhttp refuses: ${refusal}`, detail: JSON.stringify(message) };
  }
  for (const key of ["start", "minorVersion", "fields", "body", "trailers", "end"] as const) {
    const own = JSON.stringify(message[key]);
    const their = JSON.stringify(other[key]);
    if (own !== their) return { kind: `${key} differ`, detail: `${own} or ${their}` };
  }
  return undefined;
}
