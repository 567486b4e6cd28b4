/**
 * Which field lines of a message are forwarded (RFC 9110 §7.6.1): all but the hop-by-hop ones,
 * those that `Connection` nominates, and those that the gateway writes itself. What is forwarded
 * is copied as the bytes that came; runs of kept lines are copied at once.
 */
import {
  fieldNameCount,
  fieldNames,
  neverNominated,
  type FieldId,
  type FieldName,
} from "./field-names.ts";
import type { RequestHead, ResponseHead } from "./head.ts";

function tableOf(names: readonly FieldName[]): Uint8Array {
  const table = new Uint8Array(fieldNameCount);
  for (const name of names) table[fieldNames[name]] = 1;
  return table;
}

const hopByHop: readonly FieldName[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "proxy-authorization",
  "proxy-authenticate",
  "parlance-exchange",
  "parlance-receipt",
  "parlance-fault",
  "parlance-fallback",
  "parlance-caller",
  "x-request-id",
];

const ownInRequests: readonly FieldName[] = [
  ...hopByHop,
  "host",
  "via",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-real-ip",
  "traceparent",
  "max-forwards",
];

/** Requests: besides, what the gateway vouches for is always its own word. */
const ownTable = tableOf(ownInRequests);
const oldTable = tableOf([...ownInRequests, "expect"]);
const untracedTable = tableOf([...ownInRequests, "tracestate"]);
const oldUntracedTable = tableOf([...ownInRequests, "expect", "tracestate"]);

/**
 * `tracestate` means nothing without its `traceparent` (W3C Trace Context §3.3), and `Expect` of
 * an HTTP/1.0 caller is ignored (RFC 9110 §10.1.1).
 */
export function droppedFromRequest(head: RequestHead, traced: boolean): Uint8Array {
  if (head.minorVersion === 0) return traced ? oldTable : oldUntracedTable;
  return traced ? ownTable : untracedTable;
}

export const droppedFromResponses = tableOf(hopByHop);

/** For 1xx and 204, which must not have the field (RFC 9110 §8.6). */
export const droppedFromBodiless = tableOf([...hopByHop, "content-length", "trailer"]);

/** Trailers: the gateway's own names are not the sender's to set. */
export const droppedFromTrailers = tableOf(hopByHop);

/**
 * Copies the kept field lines to `out` at `at`.
 * @param withheld one more name to leave out, 0: none.
 * @returns the offset behind the last byte written.
 */
export function copyFields(
  head: RequestHead | ResponseHead,
  dropped: Uint8Array,
  out: Buffer,
  at: number,
  withheld: FieldId = 0,
): number {
  const { bytes, spans, ids, fieldCount } = head;
  const nominated = head.hasNominatedFields ? nominatedNames(head) : undefined;
  let runStart = head.fieldsStart;
  for (let index = 0; index < fieldCount; index++) {
    const id = ids[index] as number;
    const drop =
      dropped[id] === 1 ||
      (id === withheld && id !== 0) ||
      (nominated !== undefined &&
        nominated.has(head.nameAt(index).toLowerCase()) &&
        !neverNominated.has(id));
    if (!drop) continue;
    const lineStart = spans[index * 4] as number;
    at = copyRun(bytes, runStart, lineStart, out, at);
    runStart = index + 1 < fieldCount ? (spans[index * 4 + 4] as number) : head.end - 2;
  }
  return copyRun(bytes, runStart, head.end - 2, out, at);
}

/**
 * The kept fields one by one, names in lower case, for HTTP/2.
 * @param withheld one more name to leave out, 0: none.
 */
export function visitFields(
  head: RequestHead | ResponseHead,
  dropped: Uint8Array,
  visit: (name: string, value: string) => void,
  withheld: FieldId = 0,
): void {
  const nominated = head.hasNominatedFields ? nominatedNames(head) : undefined;
  for (let index = 0; index < head.fieldCount; index++) {
    const id = head.ids[index] as number;
    if (dropped[id] === 1 || (id === withheld && id !== 0)) continue;
    const name = head.nameAt(index).toLowerCase();
    if (nominated?.has(name) === true && !neverNominated.has(id)) continue;
    visit(name, head.valueAt(index));
  }
}

/** Short runs are faster octet by octet than through a call into the runtime. */
function copyRun(bytes: Buffer, from: number, to: number, out: Buffer, at: number): number {
  if (to - from < 32) {
    for (let next = from; next < to; next++) out[at++] = bytes[next] as number;
    return at;
  }
  bytes.copy(out, at, from, to);
  return at + to - from;
}

/** Lower-case names that the `Connection` fields list, the options included. */
function nominatedNames(head: RequestHead | ResponseHead): ReadonlySet<string> {
  const names = new Set<string>();
  for (let index = 0; index < head.fieldCount; index++) {
    if (head.ids[index] !== fieldNames.connection) continue;
    for (const name of head.valueAt(index).split(",")) names.add(name.trim().toLowerCase());
  }
  return names;
}
