/**
 * Field lines of a message that is decoded and encoded within one dialect: what its contract does
 * not speak of goes on as it came, apart from what describes the body that was.
 */
import type { Fields, UpstreamRequest } from "#extension/protocol.ts";
import { droppedFromRequest, visitFields } from "#wire/forwarded-fields.ts";
import { fieldNames, type FieldId, type FieldName } from "#wire/field-names.ts";
import type { ExchangeRecord } from "./exchange-record.ts";

/** Of the body, or agreed on for it; the gateway's own. */
const ofBody: ReadonlySet<string> = new Set([
  ...["accept", "accept-encoding", "accept-ranges", "range", "expect", "date", "via", "trailer"],
  ...["etag", "last-modified", "digest", "repr-digest", "want-digest", "want-repr-digest"],
  ...["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"],
  ...["signature", "signature-input", "x-grpc-web"],
]);
const ofBodyToo = /^(?:content|want-content|grpc|connect|parlance)-/;

export function withFieldsOf(exchange: ExchangeRecord, request: UpstreamRequest): UpstreamRequest {
  const { caller, withheld } = exchange;
  const kept: (readonly [string, string])[] = [];
  const hidden = nameOf(withheld);
  visitFields(caller.head, droppedFromRequest(caller.head, true), (name, value) => {
    if (name !== hidden) kept.push([name, value]);
  });
  return { ...request, fields: joined(request.fields, kept) };
}

/** @param kept without hop-by-hop ones, names in lower case. */
export function withFields<T extends { readonly fields: Fields }>(message: T, kept: Fields): T {
  return { ...message, fields: joined(message.fields, kept) };
}

/** Trailers that are none of the body's. */
export function keptTrailers(trailers: Fields): Fields {
  return joined([], trailers);
}

function joined(own: Fields, others: Fields): Fields {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  return [...own, ...others.filter(([name]) => !names.has(name) && !isOfBody(name))];
}

/** @param name in lower case. */
export function isOfBody(name: string): boolean {
  return ofBody.has(name) || ofBodyToo.test(name);
}

function nameOf(id: FieldId | 0): FieldName | undefined {
  return (Object.keys(fieldNames) as FieldName[]).find((name) => fieldNames[name] === id);
}
