/** Failures as texts and back: what an answer's text or status means, and how a fault is told. */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Fault } from "#call/call.ts";
import { faultKindOfHttp, isFaultKind } from "#call/fault-table.ts";
import type { Blame, FaultKind } from "#base/fault-kind.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { createRecord } from "#contract/value.ts";
import type { TextLayout } from "#contract/text-layout.ts";
import { decodeMessage, type TextCharset } from "#formats/delimited-text/charset.ts";
import { resolveReference } from "#formats/xml/references.ts";
import { readNamed, writeNamed, type NamedValues } from "./named-values.ts";
import { textProblems } from "./problems.ts";
import type { CompiledFault, TextOperation } from "./text-operation.ts";
import type { FaultTemplate } from "./fault-template.ts";
import { readXmlRpcFault } from "./xml-rpc.ts";
import { escapeXml } from "./xml-rpc-values.ts";

/** Only the beginning of an answer is looked at. */
const headBytesMax = 16 * 1024;

/** The fault that an answer is; undefined: it is none. */
export function readFault(
  status: number,
  body: Buffer,
  { binding, faults, answer }: TextOperation,
  charset: TextCharset,
  errors: FaultTemplate | undefined,
): Fault | undefined {
  const layout = binding.answer;
  const isXmlRpc = layout?.kind === "xml-rpc";
  const rpcFault = isXmlRpc ? readXmlRpcFault(body, defaultDocumentLimits) : undefined;
  const text = isXmlRpc ? (rpcFault ?? "") : beginningOf(body, charset);
  if (!isXmlRpc || rpcFault !== undefined || status >= 300) {
    const isNamed = faults.some(({ fault }) => fault.when !== undefined);
    const named =
      isNamed && layout && answer ? readNamed(layout, body, charset, answer) : undefined;
    for (const one of faults) {
      const found = readDeclared(one, status, text, named, layout);
      if (found !== undefined) return found;
    }
    const general = errors?.match(text);
    if (general !== undefined) {
      const said = general.get("kind");
      const other = status >= 300 ? faultKindOfHttp(status) : "unknown";
      const faultKind = isFaultKind(said) ? said : other;
      const message = unescaped(general.get("message") ?? text, layout);
      return serviceFault(faultKind, general.get("code"), message);
    }
  }
  if (rpcFault !== undefined) {
    const [, code = "0", message = ""] = /^(\S*) (.*)$/s.exec(rpcFault) ?? [];
    return serviceFault("unknown", code, message);
  }
  if (status < 300) return undefined;
  const faultKind = faultKindOfHttp(status);
  return serviceFault(faultKind, undefined, `the program answered with status ${status}`);
}

/** Octets that are no text recognise nothing; reading the answer will say so. */
function beginningOf(body: Buffer, charset: TextCharset): string {
  // A character may be cut at the end.
  for (const length of [headBytesMax, headBytesMax - 1, headBytesMax - 2, headBytesMax - 3]) {
    try {
      return decodeMessage(charset, body.subarray(0, length));
    } catch {
      if (body.length <= headBytesMax) break;
    }
  }
  return body.toString("latin1", 0, headBytesMax);
}

function readDeclared(
  { fault, template }: CompiledFault,
  status: number,
  text: string,
  named: NamedValues | undefined,
  layout: TextLayout | undefined,
): Fault | undefined {
  const { name, kind, when = {}, take = {} } = fault;
  for (const [key, value] of Object.entries(when)) {
    if (named?.get(key) !== value) return undefined;
  }
  if (fault.status !== undefined && !isStatus(fault.status, status)) return undefined;
  const matched = template?.match(text);
  if (template !== undefined && matched === undefined) return undefined;
  const taken = Object.entries(take).map(([place, key]) => [place, named?.get(key) ?? ""] as const);
  const places = [...(matched ?? [])].map(([place, value]): [string, string] => {
    return [place, unescaped(value, layout)];
  });
  const values = new Map([...places, ...taken]);
  const detail = createRecord();
  for (const place of [...(template?.places ?? []), ...Object.keys(take)]) {
    if (place !== "message") detail[place] = values.get(place) ?? "";
  }
  const hasDetail = Object.keys(detail).length > 0;
  return {
    kind: "fault",
    faultKind: kind,
    blame: blameOf(kind),
    code: name,
    message: values.get("message") || name,
    declared: { name, detail: hasDetail ? detail : null },
  };
}

function isStatus(pattern: string, status: number): boolean {
  return pattern.endsWith("XX") ? pattern[0] === String(status)[0] : pattern === String(status);
}

const ofService = new Set<FaultKind>(["internal", "unavailable", "unknown", "data_loss"]);

function blameOf(kind: FaultKind): Blame {
  return ofService.has(kind) ? "service" : "client";
}

function serviceFault(faultKind: FaultKind, code: string | undefined, message: string): Fault {
  const own = code === undefined ? "" : slug(code).replace(/^error-/, "");
  const told = own === "" ? "service-failed" : `error-${own}`;
  return { kind: "fault", faultKind, blame: blameOf(faultKind), code: told, message };
}

function slug(code: string): string {
  return code.slice(0, 50).replaceAll(/[^A-Za-z0-9_-]+/g, "-");
}

/** What is wrong with a request, or with an answer. */
export function documentFault(fault: DocumentFault, what: "request" | "answer" | "input"): Fault {
  const { message, place } = fault;
  const make =
    what === "answer"
      ? textProblems["text-answer-invalid"]
      : what === "request"
        ? textProblems["text-request-invalid"]
        : textProblems["text-not-representable"];
  return problemFault(make(message), place);
}

export function problemFault(
  { definition, detail }: ReturnType<(typeof textProblems)["text-answer-invalid"]>,
  place?: string,
): Fault {
  const { faultKind, blame, code, httpStatus } = definition;
  const where = place === undefined || place === "" ? {} : { place };
  return { kind: "fault", faultKind, blame, code, httpStatus, message: detail, ...where };
}

/** How the text tells a fault; undefined: it has no words for it. */
export function writeFault(
  fault: Fault,
  operation: TextOperation | undefined,
  errors: FaultTemplate | undefined,
  exchangeId: string,
  charset: TextCharset,
): string | undefined {
  const { declared, code, message } = fault;
  // In a face over another service, a fault of the text may mean all of a kind.
  const general = operation?.faults.filter(
    ({ fault: { name } }) => !operation.operation.faults.some((one) => one.name === name),
  );
  const own =
    operation?.faults.find((one) => one.fault.name === declared?.name) ??
    general?.find((one) => one.fault.kind === fault.faultKind);
  const values = new Map([
    ["code", code],
    ["message", message],
    ["kind", fault.faultKind],
    ["exchange", exchangeId],
  ]);
  if (own !== undefined && typeof declared?.detail === "object" && declared.detail !== null) {
    for (const [name, value] of Object.entries(declared.detail)) {
      if (typeof value === "string") values.set(name, value);
    }
  }
  const layout = operation?.binding.answer;
  const { when, take = {} } = own?.fault ?? {};
  if (layout !== undefined && when !== undefined && own?.template === undefined) {
    const taken = Object.entries(take).map(([place, key]): [string, string] => {
      // A line end would begin another key.
      return [key, (values.get(place) ?? "").replaceAll(/[\x00-\x1F\x7F]+/g, " ")];
    });
    const written = writeNamed(layout, new Map([...Object.entries(when), ...taken]), charset);
    if (written !== undefined) return written;
  }
  const template = own?.template ?? errors;
  if (layout?.kind !== "xml") return template?.write(values);
  const written = [...values].map(([place, value]): [string, string] => [place, escaped(value)]);
  return template?.write(new Map(written));
}

/** Of what stands in XML; whatever has no place there is a blank. */
function escaped(value: string): string {
  return escapeXml(value.toWellFormed().replaceAll(/[\x00-\x1F\x7F\uFFFE\uFFFF]+/g, " "), "");
}

function unescaped(value: string, layout: TextLayout | undefined): string {
  if (layout?.kind !== "xml") return value;
  return value.replaceAll(/&([^&;\s]{1,12});/g, (all, name: string) => {
    return resolveReference(name) ?? all;
  });
}
