/** Heads as node:http2 sends them: names in lower case and values in turn, pseudo-fields first. */
import type { OutgoingHttpHeaders } from "node:http2";
import { latin1 } from "#base/latin1.ts";
import type { RequestPlan } from "./ends.ts";
import type { OwnLines } from "./own-lines.ts";
import {
  droppedFromBodiless,
  droppedFromRequest,
  droppedFromResponses,
  droppedFromTrailers,
  visitFields,
} from "./forwarded-fields.ts";
import type { RequestHead, ResponseHead } from "./head.ts";
import { ownLinesText } from "./head-bytes.ts";
import { scratch } from "./scratch.ts";

export function answerFields(head: ResponseHead, own: OwnLines, bodiless: boolean): string[] {
  const fields = [":status", String(head.status)];
  const dropped = bodiless ? droppedFromBodiless : droppedFromResponses;
  visitFields(head, dropped, (name, value) => fields.push(name, value));
  addLines(fields, ownLinesText(own));
  return fields;
}

/** @param added field lines, each ended by CR LF. */
export function ownAnswerFields(status: number, added: string, length: number): string[] {
  const fields = [":status", String(status)];
  addLines(fields, added);
  // RFC 9110 §8.6.
  if (status !== 204 && status !== 304) fields.push("content-length", String(length));
  return fields;
}

export function requestFields(head: RequestHead, plan: RequestPlan, scheme: string): string[] {
  const target = latin1(scratch(), 0, plan.writeTarget(scratch(), 0));
  const fields = [":method", head.method, ":scheme", scheme];
  fields.push(":authority", plan.host, ":path", target);
  addLines(fields, ownLinesText(plan));
  const dropped = droppedFromRequest(head, plan.traced);
  visitFields(head, dropped, (name, value) => fields.push(name, value), plan.withheld);
  return fields;
}

/** Interim answers and trailers go as objects; `status` only for the former. */
export function fieldsObject(head: ResponseHead, status?: number): OutgoingHttpHeaders {
  const fields: Record<string, string | string[] | number> = Object.create(null);
  if (status !== undefined) fields[":status"] = status;
  const dropped = status === undefined ? droppedFromTrailers : droppedFromBodiless;
  visitFields(head, dropped, (name, value) => {
    const earlier = fields[name];
    fields[name] = earlier === undefined ? value : [earlier, value].flat().map(String);
  });
  return fields;
}

/** Trailers and field lines behind them. */
export function trailersObject(
  trailers: ResponseHead | undefined,
  lines: string,
): OutgoingHttpHeaders {
  const added: string[] = [];
  addLines(added, lines);
  const fields = trailers === undefined ? {} : fieldsObject(trailers);
  for (let at = 0; at < added.length; at += 2) fields[added[at] as string] = added[at + 1];
  return fields;
}

/** Adds field lines, each ended by CR LF. */
export function addLines(fields: string[], lines: string): void {
  let from = 0;
  for (;;) {
    const end = lines.indexOf("\r\n", from);
    if (end < 0) return;
    const colon = lines.indexOf(":", from);
    const name = lines.slice(from, colon).toLowerCase();
    // RFC 9113 §8.2.2: `Connection` exists in HTTP/1.1 only.
    if (name !== "connection") fields.push(name, lines.slice(colon + 1, end).trim());
    from = end + 2;
  }
}
