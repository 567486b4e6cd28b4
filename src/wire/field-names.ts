/** The field names that the gateway itself reads, adds or removes; all others it only forwards. */

const names = [
  "",
  "host",
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "expect",
  "via",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-real-ip",
  "forwarded",
  "x-request-id",
  "traceparent",
  "tracestate",
  "authorization",
  "x-api-key",
  "max-forwards",
  "http2-settings",
  "proxy-authorization",
  "proxy-authenticate",
  "parlance-exchange",
  "parlance-receipt",
  "parlance-fault",
  "parlance-caller",
  "parlance-timeout-ms",
  "cookie",
  "set-cookie",
  "content-type",
  "content-encoding",
  "date",
  "signature",
  "signature-input",
  "parlance-fallback",
] as const;

export type FieldName = Exclude<(typeof names)[number], "">;
export type FieldId = number & { readonly __brand?: "FieldId" };

/** Ids by name; 0 is kept for names that are not listed. */
export const fieldNames = Object.fromEntries(
  names.map((name, id) => [name, id]).slice(1),
) as Readonly<Record<FieldName, FieldId>>;

export const fieldNameCount = names.length;

interface Candidate {
  readonly id: FieldId;
  readonly bytes: Uint8Array;
}

const lengthMax = Math.max(...names.map((name) => name.length));

/** By length and first letter; most names of others find nothing there and are done. */
const candidates: (readonly Candidate[] | undefined)[] = new Array((lengthMax + 1) * 32).fill(
  undefined,
);
for (const [id, name] of names.entries()) {
  if (id === 0) continue;
  const slot = slotOf(name.length, name.charCodeAt(0));
  candidates[slot] = [...(candidates[slot] ?? []), { id, bytes: Buffer.from(name, "latin1") }];
}

function slotOf(length: number, firstLetter: number): number {
  return length * 32 + (firstLetter & 31);
}

/**
 * Id of the field name at [from, to), whatever its case; 0 when it is none of ours.
 * The octets must have been checked as token characters: the comparison folds bit 5.
 */
export function fieldIdOf(bytes: Uint8Array, from: number, to: number): FieldId {
  const length = to - from;
  if (length > lengthMax) return 0;
  const found = candidates[slotOf(length, bytes[from] as number)];
  return found === undefined ? 0 : choose(found, bytes, from);
}

function choose(found: readonly Candidate[], bytes: Uint8Array, from: number): FieldId {
  for (let index = 0; index < found.length; index++) {
    const candidate = found[index] as Candidate;
    if (equalsIgnoringCase(bytes, from, candidate.bytes)) return candidate.id;
  }
  return 0;
}

/** Whether the octets at `from` spell `lowerCase`, letters in either case. */
export function equalsIgnoringCase(
  bytes: Uint8Array,
  from: number,
  lowerCase: Uint8Array,
): boolean {
  for (let index = 0; index < lowerCase.length; index++) {
    if (((bytes[from + index] as number) | 0x20) !== lowerCase[index]) return false;
  }
  return true;
}

/**
 * Whether a name with underscores is one of ours once they are read as hyphens, as CGI, WSGI, PHP
 * and others do: `X_Forwarded_For` would forge what we write as `X-Forwarded-For`.
 */
export function isDisguisedFieldName(bytes: Uint8Array, from: number, to: number): boolean {
  const name = Buffer.from(bytes.subarray(from, to)).toString("latin1").replaceAll("_", "-");
  return fieldIdOf(Buffer.from(name, "latin1"), 0, name.length) !== 0;
}

/**
 * `Connection` cannot make us drop these: doing so would unframe the message, unauthenticate the
 * caller or forge its address (hop-by-hop header abuse).
 */
export const neverNominated: ReadonlySet<FieldId> = new Set([
  fieldNames.host,
  fieldNames["content-length"],
  fieldNames["transfer-encoding"],
  fieldNames.authorization,
  fieldNames["x-api-key"],
  fieldNames.cookie,
  fieldNames.via,
  fieldNames["x-forwarded-for"],
  fieldNames["x-forwarded-proto"],
  fieldNames["x-forwarded-host"],
  fieldNames["x-request-id"],
  fieldNames.traceparent,
  fieldNames.tracestate,
  fieldNames["content-type"],
  fieldNames["content-encoding"],
]);
