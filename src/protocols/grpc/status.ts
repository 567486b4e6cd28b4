/**
 * How a call ended: `grpc-status`, `grpc-message` and `grpc-status-details-bin` (gRPC over HTTP/2,
 * Responses; google/rpc/status.proto, error_details.proto).
 */
import type { Fault, FaultDetail } from "#call/call.ts";
import { faultKindOfGrpc, faultTable } from "#call/fault-table.ts";
import type { Blame } from "#base/fault-kind.ts";
import { blames } from "#base/fault-kind.ts";
import type { Fields } from "#extension/protocol.ts";
import { createProtoCodec } from "#formats/protobuf/codec.ts";
import { statusContract } from "./status-contract.ts";
import type { Value, ValueRecord } from "#contract/value.ts";

const codec = createProtoCodec(statusContract);
const statusType = { kind: "ref", name: "google.rpc.Status" } as const;
const infoType = { kind: "ref", name: "google.rpc.ErrorInfo" } as const;
const writeStatus = codec.writer(statusType);
const readStatus = codec.reader(statusType);
const writeInfo = codec.writer(infoType);
const readInfo = codec.reader(infoType);

const typePrefix = "type.googleapis.com/";
const infoUrl = `${typePrefix}google.rpc.ErrorInfo`;
/** What ErrorInfo says the reasons are of. */
const domain = "parlance";

export function okTrailers(): Fields {
  return [["grpc-status", "0"]];
}

/** @param declared the detail of a declared fault, written. */
export function faultTrailers(
  fault: Fault,
  exchangeId: string,
  declared: FaultDetail | undefined,
): Fields {
  const status = String(faultTable[fault.faultKind].grpc);
  const bytes = statusBytes(fault, exchangeId, declared);
  const details = bytes.toString("base64").replace(/=+$/, "");
  return [
    ["grpc-status", status],
    ["grpc-message", percentEncode(fault.message)],
    ["grpc-status-details-bin", details],
  ];
}

/** Details of one fault, the declared one first, our own behind those of a service. */
export function detailsOf(
  fault: Fault,
  exchangeId: string,
  declared: FaultDetail | undefined,
): readonly FaultDetail[] {
  const { blame, code, place, details = [] } = fault;
  const metadata = { fault: blame, exchange: exchangeId, ...(place ? { place } : {}) };
  const info = writeInfo({ reason: code, domain, metadata });
  const own = info.kind === "bytes" ? [{ type: infoUrl, bytes: info.bytes }] : [];
  return [...(declared === undefined ? [] : [declared]), ...details, ...own];
}

function statusBytes(fault: Fault, exchangeId: string, declared: FaultDetail | undefined): Buffer {
  const details = detailsOf(fault, exchangeId, declared).map(({ type, bytes }) => ({
    type_url: type,
    value: bytes,
  }));
  const { grpc } = faultTable[fault.faultKind];
  const written = writeStatus({ code: grpc, message: fault.message, details });
  return written.kind === "bytes" ? written.bytes : Buffer.alloc(0);
}

/** gRPC over HTTP/2, Status-Message: printable ASCII but %, the rest as its UTF-8. */
export function percentEncode(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\x20-\x24\x26-\x7e]/gu, (character) =>
      [...Buffer.from(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
        .join(""),
    );
}

/** What cannot be decoded is left as it stands. */
export function percentDecode(text: string): string {
  const bytes = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** What an instance said, without what its details declare. */
export interface StatusRead {
  readonly fault: Fault;
  /** Those of the service, for declared faults to be found among them. */
  readonly details: readonly FaultDetail[];
}

/** @param field of the trailers, or of the head where there is no body. Undefined: it is well. */
export function readTrailers(
  field: (lowerCaseName: string) => string | undefined,
): StatusRead | undefined {
  const status = field("grpc-status");
  if (status === "0") return undefined;
  const known = status !== undefined && /^\d{1,3}$/.test(status);
  if (!known) {
    const message =
      status === undefined
        ? "the answer ends without a grpc-status"
        : `the grpc-status ${JSON.stringify(status.slice(0, 50))} is no number`;
    const code = "no-grpc-status";
    const fault: Fault = { kind: "fault", faultKind: "internal", blame: "service", code, message };
    return { fault, details: [] };
  }
  const details = readDetails(field("grpc-status-details-bin"));
  return readStatusOf(Number(status), percentDecode(field("grpc-message") ?? ""), details);
}

function readStatusOf(
  status: number,
  message: string,
  details: readonly FaultDetail[],
): StatusRead {
  const faultKind = faultKindOfGrpc(status);
  const infos = details.flatMap((detail) => {
    const read = detail.type === infoUrl ? readInfo(detail.bytes) : undefined;
    return read?.kind === "value" ? [{ detail, said: read.value as ValueRecord }] : [];
  });
  const own = infos.find(({ said }) => said["domain"] === domain);
  const said = (own ?? infos[0])?.said;
  const metadata = said?.["metadata"] as ValueRecord | undefined;
  const isOurs = own !== undefined;
  const blame = blames.find((one): one is Blame => isOurs && one === metadata?.["fault"]);
  const reason = said?.["reason"];
  const code = typeof reason === "string" && reason !== "" ? reason : faultKind;
  const usual: Blame = callersKinds.has(faultKind) ? "client" : "service";
  const text = message === "" ? `the service answered with status ${faultKind}` : message;
  const fault: Fault = { kind: "fault", faultKind, blame: blame ?? usual, code, message: text };
  // Ours is told anew.
  return { fault, details: details.filter((one) => one !== own?.detail) };
}

/** Statuses with which services say that the call was wrong. */
const callersKinds: ReadonlySet<string> = new Set([
  "invalid_argument",
  "not_found",
  "already_exists",
  "permission_denied",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unauthenticated",
]);

function readDetails(text: string | undefined): readonly FaultDetail[] {
  if (text === undefined) return [];
  const read = readStatus(Buffer.from(text, "base64"));
  if (read.kind !== "value") return [];
  const details = (read.value as ValueRecord)["details"] as readonly Value[];
  return details.map((one) => {
    const any = one as ValueRecord;
    return { type: any["type_url"] as string, bytes: Buffer.from(any["value"] as Uint8Array) };
  });
}

export function typeUrl(fullName: string): string {
  return typePrefix + fullName;
}
