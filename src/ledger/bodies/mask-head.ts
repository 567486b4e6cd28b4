/**
 * Masks a head: values of fields that carry secrets, sensitive parameters of its query and of the
 * queries of addresses in its fields, and segments of its path. Everything else stays as it was
 * received, octet by octet.
 */
import { applyEdits, type Edit } from "./edits.ts";
import { fieldsOf, type Masked } from "./mask-body.ts";
import { findInForm } from "./mask-form.ts";
import { isSecretHeader, isSecretInQuery, type SensitiveNames } from "./sensitive-names.ts";

/** A head as the parsers of heads leave it: where things stand in its bytes. */
export interface ReceivedHead {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly fieldCount: number;
  /** Four offsets a field: name start, name end, value start, value end. */
  readonly spans: Int32Array;
}

export interface ReceivedTarget {
  readonly pathStart: number;
  readonly pathEnd: number;
  readonly targetEnd: number;
  /**
   * The path of the route, whose parameters give segments their names: `/cards/{number}`; that of
   * `{number=**}` is of all that follow.
   */
  readonly template: string | undefined;
  /** Its query may hold a whole message, in `message`, as that of a GET of Connect does. */
  readonly mayHoldMessage: boolean;
}

/** Fields whose value is an address. */
const addressFields = new Set(["location", "content-location", "referer"]);

export function maskHead(
  head: ReceivedHead,
  target: ReceivedTarget | undefined,
  names: SensitiveNames,
): Masked {
  const { bytes, start, end, fieldCount, spans } = head;
  const edits: Edit[] = target === undefined ? [] : [...targetEdits(bytes, target, names)];
  for (let index = 0; index < fieldCount; index++) {
    const [nameStart, nameEnd, from, to] = spans.subarray(4 * index, 4 * index + 4);
    // One that was dropped on the way has no name any more, and its line still stands there.
    const isDropped = nameStart === nameEnd;
    const name = bytes.toString(
      "latin1",
      nameStart,
      isDropped ? bytes.indexOf(":", nameStart) : nameEnd,
    );
    const place = { from: from as number, to: to as number };
    const field = name.toLowerCase();
    const isMasked = isSecretHeader(name) || names.has(name) || isBinary(field, names);
    if (isMasked) edits.push({ ...place, text: "***", field });
    else if (addressFields.has(field)) edits.push(...addressEdits(bytes, place, names));
  }
  return { bytes: applyEdits(bytes, start, end, edits), fields: fieldsOf(edits) };
}

/** Details of a fault, in Protocol Buffers, where names do not stand. */
function isBinary(field: string, { isEmpty }: SensitiveNames): boolean {
  return !isEmpty && field === "grpc-status-details-bin";
}

function* targetEdits(
  bytes: Buffer,
  { pathStart, pathEnd, targetEnd, template, mayHoldMessage }: ReceivedTarget,
  names: SensitiveNames,
): Iterable<Edit> {
  const isSensitive = inQuery(names);
  const isMessage = (name: string): boolean =>
    mayHoldMessage && !names.isEmpty && name === "message";
  if (template !== undefined && !names.isEmpty) {
    yield* pathEdits(bytes, pathStart, pathEnd, template, names);
  }
  if (pathEnd >= targetEnd) return;
  yield* findInForm(bytes, pathEnd + 1, targetEnd, (name) => isSensitive(name) || isMessage(name));
}

/** Fragments hold what queries do: with OAuth 2.0, tokens. */
function* addressEdits(
  bytes: Buffer,
  { from, to }: { readonly from: number; readonly to: number },
  names: SensitiveNames,
): Iterable<Edit> {
  for (const found of bytes.toString("latin1", from, to).matchAll(/[?#][^?#]*/g)) {
    const start = from + found.index;
    yield* findInForm(bytes, start + 1, start + found[0].length, inQuery(names));
  }
}

function inQuery(names: SensitiveNames): (name: string) => boolean {
  return (name) => isSecretInQuery(name) || names.has(name);
}

function* pathEdits(
  bytes: Buffer,
  from: number,
  to: number,
  template: string,
  names: SensitiveNames,
): Iterable<Edit> {
  let at = from;
  for (const segment of template.split("/")) {
    const slash = bytes.indexOf(0x2f, at);
    const [, name, isOpen] = /^\{([^=}]+)(=\*\*)?\}$/.exec(segment) ?? [];
    const end = slash < 0 || slash > to || isOpen !== undefined ? to : slash;
    const field = [name, ...(name?.split(".") ?? [])].find((one) => one && names.has(one));
    if (field !== undefined && end > at) yield { from: at, to: end, text: "***", field };
    at = end + 1;
    if (at > to) return;
  }
}
