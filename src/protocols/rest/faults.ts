/** Faults as REST tells them: problem documents (RFC 9457), or the body that the contract has. */
import { reasonPhrase } from "#base/reason-phrases.ts";
import { faultNamespace, faultTable } from "#call/fault-table.ts";
import type { Fault } from "#call/call.ts";
import { errorsAt } from "#call/problems.ts";
import type { Contract, DeclaredFault, Operation } from "#contract/contract.ts";
import type { Value } from "#contract/value.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { compileXmlWriter } from "#formats/xml/compile-writer.ts";
import { compileBodies } from "./bodies.ts";
import type { BodyCodec } from "./body-codec.ts";
import { chooseOffer } from "./negotiate.ts";
import { isNested, nestedMember } from "./problem-detail.ts";
import { namespaceOf } from "./rest-binding.ts";

/** What of the request decides how a fault is told. */
export interface FaultForm {
  readonly accept: string | undefined;
  readonly xml: boolean;
  /** Methods that are offered, for 405 (RFC 9110 §15.5.6). */
  readonly allow?: string;
}

export type EncodeFault = (
  fault: Fault,
  operation: Operation | undefined,
  form: FaultForm,
  exchangeId: string,
) => FaceResponse;

interface FaultWriters {
  readonly bodies: readonly BodyCodec[];
  readonly isNested: boolean;
  readonly json: (detail: Value) => string;
  readonly xml: (detail: Value) => string;
}

export function compileFaultEncoder(contract: Contract): EncodeFault {
  const writers = new WeakMap<DeclaredFault, FaultWriters>();
  return (fault, operation, form, exchangeId) => {
    const declared = operation?.faults.find(({ name }) => name === fault.declared?.name);
    const status = statusOf(fault, declared);
    const fields: [string, string][] = [
      ["cache-control", "no-store"],
      ["parlance-fault", fault.blame],
    ];
    if (form.allow !== undefined) fields.push(["allow", form.allow]);
    const detail = fault.declared?.detail ?? null;
    const hasDetail = declared?.type !== undefined && detail !== null;
    let known = declared && writers.get(declared);
    if (declared !== undefined && hasDetail && known === undefined) {
      known = compileWriters(contract, declared);
      writers.set(declared, known);
    }
    const own = known && chooseOffer(form.accept, known.bodies);
    const written = hasDetail ? own?.write(detail) : undefined;
    if (written?.kind === "body") {
      fields.push(["content-type", written.contentType]);
      return { status, fields, body: written.bytes };
    }
    const title = declared?.name ?? reasonPhrase(status) ?? "Failure";
    const problem = membersOf(fault, title, status, exchangeId);
    fields.push([
      "content-type",
      `application/problem+${form.xml ? "xml; charset=utf-8" : "json"}`,
    ]);
    const said = hasDetail ? known : undefined;
    const text = form.xml
      ? problemXml(problem, said?.xml(detail) ?? "")
      : problemJson(problem, said?.json(detail), said?.isNested === true);
    return { status, fields, body: Buffer.from(text) };
  };
}

function compileWriters(contract: Contract, declared: DeclaredFault): FaultWriters {
  const { name, type, xml, contents = [] } = declared;
  const root = xml ?? { name, namespace: namespaceOf(contract) };
  const resolved = type ?? { kind: "record", fields: [] };
  const xmlWriter = compileXmlWriter(contract, root, resolved);
  // Who wants JSON of a fault that is XML gets a problem document, which says more.
  const options = { unknown: "reject", also: ["xml"], root } as const;
  return {
    bodies: compileBodies(contract, { type: resolved, field: undefined }, contents, options),
    isNested: isNested(contract, resolved),
    json: compileJsonWriter(contract, resolved, {}),
    xml(detail) {
      const outcome = xmlWriter.write(detail);
      return outcome.kind === "text" ? outcome.text : "";
    },
  };
}

/** Declared faults have the status that the contract gives them, all others that of their kind. */
function statusOf(fault: Fault, declared: DeclaredFault | undefined): number {
  const { httpStatus, faultKind } = fault;
  const usual = isError(httpStatus) ? httpStatus : faultTable[faultKind].http;
  const statuses = declared?.statuses ?? [];
  const exact = statuses.map(Number).filter(isError);
  if (exact.length > 0) return exact.includes(usual) ? usual : (exact[0] ?? usual);
  const range = statuses.find((status) => /^[45]XX$/i.test(status))?.charAt(0);
  if (range === undefined || statuses.includes("default")) return usual;
  return String(usual).startsWith(range) ? usual : Number(range) * 100;
}

function isError(status: number | undefined): status is number {
  return status !== undefined && status >= 400 && status <= 599;
}

type ProblemMembers = readonly (readonly [name: string, value: string | number])[];

function membersOf(
  fault: Fault,
  title: string,
  status: number,
  exchangeId: string,
): ProblemMembers {
  const { code, message, blame, faultKind, place } = fault;
  return [
    ["type", `urn:parlance:problem:${encodeURIComponent(code.toWellFormed())}`],
    ["title", title],
    ["status", status],
    ["detail", message],
    ["code", code],
    ["kind", faultKind],
    ["fault", blame],
    ["exchange", exchangeId],
    ...(place === undefined || place === "" ? [] : [["place", place] as const]),
  ];
}

function problemJson(problem: ProblemMembers, detail: string | undefined, nested: boolean): string {
  const members = problem.map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  const { detail: message, place } = Object.fromEntries(problem);
  const errors = errorsAt(String(message), place === undefined ? undefined : String(place));
  if (errors !== undefined && detail === undefined) {
    members.push(`"errors":${JSON.stringify(errors)}`);
  }
  if (detail !== undefined) {
    members.push(nested ? `"${nestedMember}":${detail}` : detail.trim().slice(1, -1));
  }
  return `{${members.filter((member) => member !== "").join(",")}}`;
}

/** RFC 9457 Appendix B. The detail is an element in its own namespace. */
function problemXml(problem: ProblemMembers, detail: string): string {
  const members = problem.map(([name, value]) => {
    const isOurs = !["type", "title", "status", "detail"].includes(name);
    const namespace = isOurs ? ` xmlns="${faultNamespace}"` : "";
    return `<${name}${namespace}>${escapeXml(String(value))}</${name}>`;
  });
  const inner = members.join("") + detail;
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  return `${declaration}<problem xmlns="urn:ietf:rfc:7807">${inner}</problem>`;
}

/** Characters that XML cannot hold (XML 1.0 §2.2) are replaced: a fault must always be told. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}
