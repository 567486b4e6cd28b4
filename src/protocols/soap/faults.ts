/**
 * Faults written: SOAP 1.1 §4.4 and SOAP 1.2 Part 1 §5.4, codes from the table of faults. A
 * declared fault has its own element as the detail; whatever the table cannot say travels as
 * `parlance` in the detail, or in the header where the detail is taken or not allowed.
 */
import type { Fault } from "#call/call.ts";
import { faultNamespace, faultTable } from "#call/fault-table.ts";
import type { QualifiedName } from "#contract/contract.ts";
import { writeEnvelope } from "./envelope.ts";
import type { SoapOperation } from "./operations.ts";
import { escapeText } from "./xml-text.ts";
import {
  dialectOf,
  securityNamespace,
  soap11,
  soap12,
  type SoapDialect,
  type SoapVersion,
} from "./versions.ts";

/** What was wrong with the envelope itself; SOAP and WS-Security have codes of their own for it. */
export interface EnvelopeRefusal {
  readonly code: "VersionMismatch" | "MustUnderstand" | "DataEncodingUnknown" | "Security";
  readonly notUnderstood: readonly QualifiedName[];
  /** The code of WS-Security. */
  readonly security?: string;
}

export interface WrittenFault {
  readonly status: number;
  readonly body: Buffer;
}

export function writeFault(
  fault: Fault,
  version: SoapVersion,
  operation: SoapOperation | undefined,
  exchangeId: string,
  refusal?: EnvelopeRefusal,
): WrittenFault {
  const dialect = dialectOf(version);
  const declared = writeDeclared(fault, operation);
  const entry = writeEntry(fault, exchangeId);
  // SOAP 1.1 §4.4: what is wrong with headers is no matter of the detail.
  const isOfHeader = refusal?.code === "MustUnderstand" || refusal?.code === "Security";
  const inHeader = declared !== undefined || isOfHeader;
  const headers =
    (refusal === undefined ? "" : refusalHeaders(refusal, dialect)) + (inHeader ? entry : "");
  const detail = declared ?? (inHeader ? "" : entry);
  const row = faultTable[fault.faultKind];
  const text = escapeText(fault.message);
  if (version === "1.1") {
    const body =
      `<soap:Fault>${writeCode11(refusal, row.soap11)}<faultstring>${text}</faultstring>` +
      `${detail === "" ? "" : `<detail>${detail}</detail>`}</soap:Fault>`;
    return { status: 500, body: writeEnvelope(dialect, headers, body) };
  }
  const isOfSecurity = refusal?.security !== undefined;
  const code = refusal === undefined || isOfSecurity ? row.soap12 : refusal.code;
  const ours = `<soap:Value xmlns:p="${faultNamespace}">p:${row.soap12Subcode}</soap:Value>`;
  const value = isOfSecurity
    ? `<soap:Value${declareSecurity}>wsse:${refusal.security}</soap:Value>`
    : ours;
  const subcode =
    refusal === undefined || isOfSecurity ? `<soap:Subcode>${value}</soap:Subcode>` : "";
  const body =
    `<soap:Fault><soap:Code><soap:Value>soap:${code}</soap:Value>${subcode}</soap:Code>` +
    `<soap:Reason><soap:Text xml:lang="en">${text}</soap:Text></soap:Reason>` +
    `${detail === "" ? "" : `<soap:Detail>${detail}</soap:Detail>`}</soap:Fault>`;
  // SOAP 1.2 Part 2 §7.5.2.2, table 20: the sender's fault is a 400, every other a 500.
  return { status: code === "Sender" ? 400 : 500, body: writeEnvelope(dialect, headers, body) };
}

const declareSecurity = ` xmlns:wsse="${securityNamespace}"`;

function writeCode11(refusal: EnvelopeRefusal | undefined, ours: string): string {
  if (refusal?.security !== undefined) {
    return `<faultcode${declareSecurity}>wsse:${refusal.security}</faultcode>`;
  }
  const isOurs = refusal === undefined || refusal.code === "DataEncodingUnknown";
  return `<faultcode>soap:${isOurs ? ours : refusal.code}</faultcode>`;
}

function writeDeclared(fault: Fault, operation: SoapOperation | undefined): string | undefined {
  const { declared } = fault;
  const codec = operation?.faults.find(({ name }) => name === declared?.name);
  if (declared === undefined || codec === undefined) return undefined;
  const written = codec.writer.write(declared.detail);
  // A detail that cannot be written must not keep the caller from hearing of the fault.
  return written.kind === "text" ? written.text : undefined;
}

function writeEntry(fault: Fault, exchangeId: string): string {
  const members: readonly (readonly [string, string | undefined])[] = [
    ["exchange", exchangeId],
    ["code", fault.code],
    ["fault", fault.blame],
    ["kind", fault.faultKind],
    ["place", fault.place],
  ];
  const content = members
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `<p:${name}>${escapeText(value as string)}</p:${name}>`);
  return `<p:parlance xmlns:p="${faultNamespace}">${content.join("")}</p:parlance>`;
}

/** SOAP 1.2 Part 1 §5.4.7 and §5.4.8. */
function refusalHeaders(refusal: EnvelopeRefusal, { version }: SoapDialect): string {
  if (version === "1.1") return "";
  if (refusal.code === "VersionMismatch") {
    const supported = [soap12, soap11].map(
      ({ namespace }) => `<soap:SupportedEnvelope xmlns:e="${namespace}" qname="e:Envelope"/>`,
    );
    return `<soap:Upgrade>${supported.join("")}</soap:Upgrade>`;
  }
  return refusal.notUnderstood
    .map(
      ({ name, namespace }) =>
        `<soap:NotUnderstood xmlns:n="${escapeText(namespace)}" qname="n:${name}"/>`,
    )
    .join("");
}
