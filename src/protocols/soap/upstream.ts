/**
 * Calls to instances in SOAP 1.1 or 1.2, as the contract's binding says, and their answers: SOAP
 * 1.1 §6, SOAP 1.2 Part 2 §7, attachments as WSDL 1.1 §5 declares them, XOP read.
 */
import { type Clock, nodePlatform, type Random } from "#base/platform.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import { faultKindOfHttp } from "#call/fault-table.ts";
import { streamNotOffered, takesStream } from "#call/problems.ts";
import { faultOf } from "#contract/document-fault.ts";
import { createRecord } from "#contract/value.ts";
import { takeCollected } from "#extension/collected-outputs.ts";
import type { UpstreamSecurity } from "#extension/message-security.ts";
import type {
  ServiceContract,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
} from "#extension/protocol.ts";
import { defaultXmlLimits, type XmlLimits } from "#formats/xml/limits.ts";
import { startTag } from "#formats/xml/tokenizer.ts";
import { closeEnvelope, openEnvelope, writeEnvelope } from "./envelope.ts";
import { splitSoapAnswer } from "./large-answers.ts";
import { openMessage, versionOfMediaType } from "./message.ts";
import { compileOperations, type SoapOperation } from "./operations.ts";
import { callersFault, servicesFault } from "./problems.ts";
import { readFault } from "./read-fault.ts";
import { createSecureEnvelope, type SecureEnvelope } from "./security/sender.ts";
import { dialectOf, soap11, soap12, type SoapDialect } from "./versions.ts";
import { beginRelated, type Framed, type RelatedMessage } from "./write-related.ts";

export interface SoapUpstreamOptions {
  readonly limits?: XmlLimits;
  /** Added to every call as wsse:Security. */
  readonly security?: UpstreamSecurity | undefined;
  readonly clock?: Clock;
  /** For the boundaries of multipart messages. */
  readonly random?: Random;
}

export function createSoapUpstream(
  service: ServiceContract,
  options: SoapUpstreamOptions = {},
): Upstream {
  const operations = compileOperations(service.contract);
  const { limits = defaultXmlLimits, random = nodePlatform.random, security } = options;
  const clock = options.clock ?? nodePlatform.clock;
  const secure = security && createSecureEnvelope(security, clock, random);
  return {
    encode: (call) => {
      try {
        return encodeCall(operations.find(call.operation), call, random, secure);
      } catch (error) {
        return callersFault(faultOf(error));
      }
    },
    decode(response, call) {
      const reply = decodeAnswer(operations.find(call.operation), response, limits);
      const isUnfit = reply.kind === "fault" && isOurs(reply) && response.passes !== undefined;
      return isUnfit ? { ...reply, unfit: true } : reply;
    },
    decodeOutputs: (response, { operation }) =>
      takeCollected(operation, response, limits.documentBytesMax, (whole) =>
        decodeAnswer(operations.find(operation), whole, limits),
      ),
    splitAnswer: splitSoapAnswer(service, operations.find, (relaxed) =>
      createSoapUpstream(relaxed, { limits }),
    ),
  };
}

function encodeCall(
  operation: SoapOperation,
  call: Call,
  random: Random,
  secure: SecureEnvelope | undefined,
): UpstreamRequest | Fault {
  if (takesStream(call.operation)) return streamNotOffered(call.operation, "SOAP");
  const { binding, input } = operation;
  const dialect = dialectOf(binding.version);
  const headers = input.headers.write(call.headers);
  const attachments = input.body.attachments(call.input);
  const isRelated = attachments.length > 0 || binding.mtom === true;
  const related = isRelated ? beginRelated(attachments, random) : undefined;
  // What is signed is the message with its bytes in it; parts of MTOM need not be taken out.
  const takeBytes = binding.mtom === true && secure === undefined ? related?.takeBytes : undefined;
  const body = input.body.write(call.input, "beside", takeBytes);
  const envelope = (secure ?? writeEnvelope)(dialect, headers, body);
  const framed = frame(dialect, binding, envelope, related);
  const fields: (readonly [string, string])[] = [
    ["Content-Type", framed.contentType],
    ["Accept", `${dialect.mediaType}, multipart/related`],
  ];
  // SOAP 1.1 §6.1.1: always there, "" where the contract says none.
  if (dialect === soap11) fields.push(["SOAPAction", quoted(binding.action)]);
  return { kind: "request", method: "POST", target: "", fields, body: framed.body };
}

function frame(
  dialect: SoapDialect,
  { action, mtom }: SoapOperation["binding"],
  envelope: Buffer,
  related: RelatedMessage | undefined,
): Framed {
  if (related !== undefined && mtom === true) {
    return related.asMtom(dialect, action === "" ? "" : quoted(action), envelope);
  }
  const parameter = dialect === soap12 && action !== "" ? `; action=${quoted(action)}` : "";
  const contentType = `${dialect.mediaType}; charset=utf-8${parameter}`;
  if (related === undefined) return { contentType, body: envelope };
  return related.withAttachments(dialect, contentType, envelope);
}

/** A quoted string of RFC 9110 §5.6.4; an action is a URI, so other characters are encoded. */
function quoted(action: string): string {
  const uri = action.replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character));
  return `"${uri.replace(/["\\]/g, "\\$&")}"`;
}

function decodeAnswer(
  operation: SoapOperation,
  response: UpstreamResponse,
  limits: XmlLimits,
): Reply {
  const { status, body } = response;
  const isGood = status >= 200 && status < 300;
  const { output } = operation;
  if (isGood && isBlank(body) && output === undefined) return emptyAnswer();
  const contentType = response.field("content-type");
  if (versionOfMediaType(contentType) === undefined || isBlank(body)) {
    return unexpected(status, isBlank(body) ? "nothing" : (contentType ?? "no Content-Type"));
  }
  try {
    const message = openMessage(contentType, body, limits);
    const { text } = message;
    const dialect = dialectOfText(text, dialectOf(message.version));
    const envelope = openEnvelope(text, dialect, limits);
    const { tokenizer } = envelope;
    const isFault = tokenizer.token === startTag && tokenizer.isNamed("Fault", dialect.namespace);
    if (isFault) return readFault(text, dialect, operation.faults, limits);
    if (!isGood) return unexpected(status, "an envelope without a fault");
    if (output === undefined) return emptyAnswer();
    const { binding } = operation;
    const how = {
      encoded: binding.use === "encoded",
      anyWrapper: binding.style === "rpc",
      unknown: response.passes?.unknown === "allow" ? "drop" : "reject",
    } as const;
    const value = output.body.read(tokenizer, message.parts, how);
    closeEnvelope(tokenizer);
    return { kind: "answer", output: value, headers: output.headers.read(envelope, false) };
  } catch (error) {
    const fault = faultOf(error);
    // A page of a proxy under a media type of XML says less than its status.
    return isGood ? servicesFault(fault) : unexpected(status, `no envelope (${fault.message})`);
  }
}

/** Whether it is ours, and none that the service has told. */
function isOurs({ code, declared, blame }: Fault): boolean {
  const isKnown = code === "soap-unexpected-answer" || code === "soap-invalid-answer";
  return isKnown && declared === undefined && blame === "service";
}

function emptyAnswer(): Reply {
  return { kind: "answer", output: createRecord(), headers: createRecord() };
}

function isBlank(body: Buffer): boolean {
  return body.length < 16 && body.toString("latin1").trim() === "";
}

/** Services answer in 1.1 what was asked in 1.2, and under the wrong media type: both are read. */
function dialectOfText(text: string, byMediaType: SoapDialect): SoapDialect {
  if (text.includes(byMediaType.namespace)) return byMediaType;
  const other = byMediaType === soap11 ? soap12 : soap11;
  return text.includes(other.namespace) ? other : byMediaType;
}

/** Statuses that say when to come again, or that there was no time, mean that here as well. */
const telling: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

function unexpected(status: number, found: string): Fault {
  const message = `the service answered ${status} with ${found.slice(0, 200)}; expected SOAP`;
  const faultKind = telling.has(status) ? faultKindOfHttp(status) : "internal";
  const code = "soap-unexpected-answer";
  return { kind: "fault", faultKind, blame: "service", code, message };
}
