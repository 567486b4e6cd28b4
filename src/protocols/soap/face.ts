/**
 * SOAP 1.1 and 1.2 towards callers: one address for a service, the operation found by the first
 * element of the Body, answers in the version of the caller. SOAP 1.1 §6, SOAP 1.2 Part 2 §7, and
 * the Basic Profile where the two leave things open.
 */
import { type Clock, nodePlatform, type Random } from "#base/platform.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import { streamNotOffered, takesStream } from "#call/problems.ts";
import { faultOf } from "#contract/document-fault.ts";
import type { Operation, QualifiedName } from "#contract/contract.ts";
import type { FaceSecurity } from "#extension/message-security.ts";
import type {
  Decoded,
  Face,
  FaceContext,
  FaceRequest,
  FaceResponse,
  ServiceContract,
} from "#extension/protocol.ts";
import { defaultXmlLimits, type XmlLimits } from "#formats/xml/limits.ts";
import { startTag } from "#formats/xml/tokenizer.ts";
import { createWsdlDocument } from "./describe.ts";
import { closeEnvelope, openEnvelope, type OpenEnvelope, writeEnvelope } from "./envelope.ts";
import { type EnvelopeRefusal, writeFault } from "./faults.ts";
import { type AnswerParts, answerParts } from "./answer-parts.ts";
import { notUnderstood } from "./header-blocks.ts";
import { placeInSoapAnswer } from "./large-answers.ts";
import { openMessage, type SoapMessage, versionOfMediaType } from "./message.ts";
import { compileOperations, type SoapOperation, type SoapOperations } from "./operations.ts";
import { callersFault, type SoapProblem } from "./problems.ts";
import { refuse } from "./refuse.ts";
import { selectOperation } from "./select-operation.ts";
import { fail, securityFaultCodes, type SecurityProblem } from "./security/fail.ts";
import { isSecurityBlock } from "./security/names.ts";
import { findSecurity } from "./security/read-header.ts";
import { createMessageVerifier, type MessageVerifier } from "./security/verifier.ts";
import { beginRelated } from "./write-related.ts";
import { dialectOf, type SoapDialect, type SoapVersion } from "./versions.ts";

export interface SoapFaceOptions {
  readonly limits?: XmlLimits;
  /** Callers who prove in the message who they are; absent: nobody does. */
  readonly security?: FaceSecurity | undefined;
  readonly clock?: Clock;
  /** For the boundaries of multipart messages. */
  readonly random?: Random;
}

/** What an answer has to fit. */
interface Negotiated {
  readonly version: SoapVersion;
  readonly operation: SoapOperation | undefined;
  readonly refusal: EnvelopeRefusal | undefined;
  /** Where HTTP itself has a status for it: 405, 415. */
  readonly status: number | undefined;
  readonly parts: AnswerParts;
}

export function createSoapFace(service: ServiceContract, options: SoapFaceOptions = {}): Face {
  const operations = compileOperations(service.contract);
  const { limits = defaultXmlLimits, random = nodePlatform.random, security } = options;
  const clock = options.clock ?? nodePlatform.clock;
  const verify = security && createMessageVerifier(security, clock);
  const wsdl = createWsdlDocument(service);
  return {
    decode: (request) => {
      if (request.method === "GET" && /^wsdl(?:$|&|=)/i.test(request.query)) {
        return { kind: "document", response: wsdl(addressOf(service, request)) };
      }
      return decodeCall(operations, limits, verify, request);
    },
    encode: (reply, context) => encodeReply(operations, random, reply, context),
    placeOfItems: placeInSoapAnswer(operations.find),
  };
}

function addressOf({ serviceName }: ServiceContract, request: FaceRequest): string {
  const host = request.field("host") ?? "";
  const safe = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host);
  return `${request.scheme ?? "http"}://${safe ? host : "localhost"}/soap/${serviceName}`;
}

function decodeCall(
  operations: SoapOperations,
  limits: XmlLimits,
  verify: MessageVerifier | undefined,
  request: FaceRequest,
): Decoded {
  const contentType = request.field("content-type");
  const version = versionOfMediaType(contentType) ?? "1.1";
  const parts = answerParts(request);
  const state: DecodingState = { selected: undefined, blocksNotUnderstood: [] };
  try {
    if (request.method !== "POST") {
      refuse("soap-method-not-allowed", `SOAP is called by POST, not by ${request.method}`);
    }
    const message = openMessage(contentType, request.body, limits);
    const dialect = dialectOf(message.version);
    const envelope = openEnvelope(message.text, dialect, limits);
    const action = actionOf(message, request);
    const unknown = request.passes?.unknown === "allow" ? "drop" : "reject";
    const opened = { message, dialect, envelope, action, unknown } as const;
    const isProof = verify !== undefined && request.proof !== undefined;
    if (request.passes === undefined) refuseNotUnderstood(operations, envelope, isProof, state);
    const provenCaller = isProof ? prove(operations, opened, verify, limits, request) : undefined;
    const read = readCall(operations, opened, state);
    const negotiated = { ...negotiatedOf(version, state.selected, undefined), parts } as const;
    if (!("kind" in read)) {
      const call = { kind: "call", call: read, negotiated } as const;
      return provenCaller === undefined ? call : { ...call, provenCaller };
    }
    return { kind: "fault", fault: read, operation: state.selected?.operation, negotiated };
  } catch (error) {
    const fault = callersFault(faultOf(error));
    const negotiated = negotiatedOf(version, state.selected, fault, state.blocksNotUnderstood);
    return { kind: "fault", fault, operation: state.selected?.operation, negotiated };
  }
}

/** What is known already when decoding fails. */
interface DecodingState {
  selected: SoapOperation | undefined;
  blocksNotUnderstood: readonly QualifiedName[];
}

interface Opened {
  readonly message: SoapMessage;
  readonly dialect: SoapDialect;
  readonly envelope: OpenEnvelope;
  readonly action: string;
  readonly unknown: "reject" | "drop";
}

function refuseNotUnderstood(
  operations: SoapOperations,
  { blocks }: OpenEnvelope,
  isProof: boolean,
  state: DecodingState,
): void {
  const strange = notUnderstood(
    blocks,
    (name) => operations.declaresHeader(name) || (isProof && isSecurityBlock(name)),
  );
  if (strange.length === 0) return;
  state.blocksNotUnderstood = strange;
  const names = strange.map(({ name, namespace }) => `{${namespace}}${name}`).join(", ");
  refuse("soap-must-understand", `not understood: ${names}`, "Envelope/Header");
}

/** Before anything of the Body is read: strangers learn nothing of the contract. */
function prove(
  { declaresHeader }: SoapOperations,
  { message: { text }, envelope }: Opened,
  verify: MessageVerifier,
  limits: XmlLimits,
  { proof, scheme }: FaceRequest,
): string | undefined {
  const block = findSecurity(envelope.blocks);
  if (block !== undefined) {
    const encrypted = scheme === "https";
    return verify({ text, envelope, encrypted, limits, declaresHeader }, block);
  }
  if (proof === "optional") return undefined;
  const message = "neither a key was sent nor a header wsse:Security that proves who calls";
  return fail("soap-security-authentication", message);
}

function readCall(operations: SoapOperations, opened: Opened, state: DecodingState): Call | Fault {
  const { envelope, dialect, action, message, unknown } = opened;
  const { tokenizer, encodingStyle } = envelope;
  const element =
    tokenizer.token === startTag
      ? { name: tokenizer.name, namespace: tokenizer.namespace }
      : undefined;
  const selected = selectOperation(operations, element, action);
  state.selected = selected;
  if (takesStream(selected.operation)) return streamNotOffered(selected.operation, "SOAP");
  const encoded = isEncoded(selected, encodingStyle, dialect);
  const how = { encoded, anyWrapper: false, unknown };
  const input = selected.input.body.read(tokenizer, message.parts, how);
  closeEnvelope(tokenizer);
  const headers = selected.input.headers.read(envelope, true);
  return { operation: selected.operation, input, headers };
}

/** SOAPAction in 1.1, quoted or not; the parameter `action` in 1.2. "" for none. */
function actionOf(message: SoapMessage, request: FaceRequest): string {
  if (message.version === "1.2") return message.action ?? "";
  const field = request.field("soapaction")?.trim() ?? "";
  return /^"[^"]*"$/.test(field) ? field.slice(1, -1) : field;
}

/** SOAP encoding is read where a call says so, or where the contract does and the call does not. */
function isEncoded(
  { binding }: SoapOperation,
  encodingStyle: string | undefined,
  dialect: SoapDialect,
): boolean {
  if (encodingStyle === undefined) return binding.use === "encoded";
  if (dialect.encodingNone.has(encodingStyle)) return false;
  const styles = encodingStyle.split(/[ \t\r\n]+/);
  if (styles.some((style) => dialect.encodings.has(style))) return true;
  const known = [...dialect.encodings].slice(0, 1).join("");
  const found = JSON.stringify(encodingStyle.slice(0, 100));
  return refuse(
    "soap-data-encoding-unknown",
    `the encodingStyle ${found} is not known; expected none or ${known}`,
    "Envelope/Body",
  );
}

const refusals: Partial<Record<SoapProblem, EnvelopeRefusal["code"]>> = {
  "soap-version-mismatch": "VersionMismatch",
  "soap-must-understand": "MustUnderstand",
  "soap-data-encoding-unknown": "DataEncodingUnknown",
};

function negotiatedOf(
  version: SoapVersion,
  operation: SoapOperation | undefined,
  fault: Fault | undefined,
  strange: readonly QualifiedName[] = [],
): Negotiated {
  const security = securityFaultCodes[fault?.code as SecurityProblem] as string | undefined;
  const code = security === undefined ? refusals[fault?.code as SoapProblem] : "Security";
  const refusal =
    code === undefined
      ? undefined
      : { code, notUnderstood: strange, ...(security === undefined ? {} : { security }) };
  const status =
    fault?.code === "soap-method-not-allowed"
      ? 405
      : fault?.code === "soap-media-type"
        ? 415
        : undefined;
  return { version, operation, refusal, status, parts: "none" };
}

function encodeReply(
  operations: SoapOperations,
  random: Random,
  reply: Reply,
  context: FaceContext,
): FaceResponse {
  const negotiated = (context.negotiated as Negotiated | undefined) ?? {
    version: "1.1",
    operation: context.operation && operations.find(context.operation),
    refusal: undefined,
    status: undefined,
    parts: "none",
  };
  if (reply.kind === "fault") return encodeFault(reply, negotiated, context.exchangeId);
  const { operation, version, parts } = negotiated;
  const output = operation?.output;
  if (operation === undefined || output === undefined) {
    return { status: 202, fields: [], body: Buffer.alloc(0) };
  }
  try {
    const dialect = dialectOf(version);
    const related = parts === "none" ? undefined : beginRelated([], random);
    const headers = output.headers.write(reply.headers);
    const content = output.body.write(reply.output, "inline", related?.takeBytes);
    const envelope = writeEnvelope(dialect, headers, content);
    if (related === undefined || (parts === "large" && !related.hasParts())) {
      return { status: 200, fields: [contentTypeOf(version)], body: envelope };
    }
    const { contentType, body } = related.asMtom(dialect, "", envelope);
    return { status: 200, fields: [["content-type", contentType]], body };
  } catch (error) {
    const fault = unwritable(faultOf(error), operation.operation);
    return { ...encodeFault(fault, negotiated, context.exchangeId), fault };
  }
}

/** What the service said cannot stand in the answer that its contract promises. */
function unwritable(
  {
    code,
    message,
    place,
  }: { readonly code: string; readonly message: string; readonly place: string },
  { id }: Operation,
): Fault {
  const text = `the answer to ${id} cannot be written as SOAP: ${message}`;
  return { kind: "fault", faultKind: "internal", blame: "service", code, message: text, place };
}

function encodeFault(fault: Fault, negotiated: Negotiated, exchangeId: string): FaceResponse {
  const { version, operation, refusal } = negotiated;
  const { status, body } = writeFault(fault, version, operation, exchangeId, refusal);
  const fields: (readonly [string, string])[] = [
    contentTypeOf(version),
    ["parlance-fault", fault.blame],
  ];
  if (negotiated.status === 405) fields.push(["allow", "POST"]);
  if (negotiated.status === 415) fields.push(["accept", "text/xml, application/soap+xml"]);
  return { status: negotiated.status ?? status, fields, body };
}

function contentTypeOf(version: SoapVersion): readonly [string, string] {
  return ["content-type", `${dialectOf(version).mediaType}; charset=utf-8`];
}
