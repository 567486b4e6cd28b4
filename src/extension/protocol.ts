/**
 * What a folder in src/protocols/ offers: all that the author of a protocol must read, together
 * with the contract model. Every role is optional but the name. Nothing here waits: bodies are
 * whole (or come in parts, see streams.ts), codecs are compiled when a revision is loaded.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import type { Contract, Dialect, Operation } from "#contract/contract.ts";
import type { Limitations } from "#contract/fidelity.ts";
import type { CreateHub } from "./hub.ts";
import type { LargeAnswerFace, LargeAnswerUpstream } from "./large-answers.ts";
import type { FaceSecurity, UpstreamSecurity } from "./message-security.ts";
import type { AnswerStream, InputStream, UpstreamStreams } from "./streams.ts";

export interface Protocol {
  readonly name: Dialect;
  readonly importer?: ContractImporter;
  readonly describe?: ContractDescriber;
  /** For documents that say how callers speak to a service of any dialect. */
  readonly addFace?: AddFace;
  /** @param security for dialects whose messages themselves can prove who calls. */
  readonly createFace?: (service: ServiceContract, security?: FaceSecurity) => Face;
  readonly createUpstream?: (service: ServiceContract, security?: UpstreamSecurity) => Upstream;
  /** A face over all services at once. */
  readonly createHub?: CreateHub;
  /** Tells why a request led to no service. */
  readonly tellUnrouted?: TellFailure;
  /** For the fidelity report: the forms that its messages have. */
  readonly forms?: readonly MessageForm[];
}

/**
 * Adds to a contract how its operations are called in this dialect, from a document that names them
 * and their fields. Total, as importing is.
 */
export type AddFace = (source: ContractSource, contract: Contract) => ImportedContract;

/** Tells a failure of a request that nobody has read; undefined: it is not in this dialect. */
export type TellFailure = (
  request: Pick<FaceRequest, "method" | "path" | "field">,
  fault: Fault,
  exchangeId: string,
) => FaceResponse | undefined;

/** One form of a dialect's messages, as the fidelity report tells them apart. */
export interface MessageForm {
  /** Unique among all protocols: `rest+json`. */
  readonly name: string;
  /** What it cannot carry as it is. What else gets lost is found by sending values through. */
  readonly limitations: Limitations;
  /** Whether it has to do with an operation at all; absent: it has. */
  readonly applies?: (operation: Operation) => boolean;
  /**
   * The contract with this form alone, without the operations that cannot have it. Absent: it is
   * the only form, and every operation has it.
   */
  readonly narrow?: (contract: Contract) => Contract;
  /** Whether instances take and give an operation in it themselves; absent: all of them do. */
  readonly isNative?: (operation: Operation) => boolean;
}

/** A contract under the name of a configured service. */
export interface ServiceContract {
  readonly serviceName: string;
  readonly contract: Contract;
  /**
   * Of one message, when it is not compressed any more (`limits.documentBytesMax`); absent: as much
   * as without configuration.
   */
  readonly documentBytesMax?: number;
}

export interface ContractImporter {
  /** From the first 64 KiB of a document. 0: surely not mine; 1: surely mine. */
  readonly recognize: (text: string, file: string) => number;
  /** Total: any text yields a contract, however empty, and what is wrong with it. Never throws. */
  readonly import: (source: ContractSource) => ImportedContract;
}

export interface ContractSource {
  /** Absolute path or URL, for messages and for resolving references. */
  readonly file: string;
  readonly text: string;
  /** What stands there, for documents that are no text; absent: only the text is known. */
  readonly bytes?: Buffer;
  /** Reads a document that this one refers to; undefined when it may not or cannot be read. */
  readonly read: (reference: string, from: string) => { file: string; text: string } | undefined;
}

export interface ImportedContract {
  readonly contract: Contract;
  readonly diagnostics: readonly Diagnostic[];
}

export type ContractDescriber = (
  service: ServiceContract,
  options: { readonly address: string },
) => {
  readonly text: string;
  readonly mediaType: string;
  readonly diagnostics: readonly Diagnostic[];
};

/** A request as a face sees it. Names are lower case; a repeated field is joined by ", ". */
export interface FaceRequest {
  readonly method: string;
  /** The path behind the face's own prefix, percent-encoding kept: `/orders/42`, `/` at least. */
  readonly path: string;
  /** Without `?`; "" for none. */
  readonly query: string;
  /** `host` is the one that the caller asked, whatever proxies stand before us. */
  readonly field: (lowerCaseName: string) => string | undefined;
  /** In which the caller asked; absent: `http`. */
  readonly scheme?: "http" | "https";
  /** Whether the message has to prove who calls, or may; absent: what it has of that is ignored. */
  readonly proof?: "required" | "optional";
  /**
   * It goes on to the service as it came, and is only read: header blocks, and the form of the
   * answer, are between caller and service. Absent: it does not.
   */
  readonly passes?: ReadingManner;
  readonly body: Buffer;
}

/** How a message is looked at that is only read. */
export interface ReadingManner {
  /** What becomes of what a contract does not know. */
  readonly unknown: "reject" | "allow";
  /** Of a body that is compressed, when it no longer is: beyond, it is `resource_exhausted`. */
  readonly bytesMax: number;
}

/** Field lines without framing fields: `["content-type", "application/json"]`. */
export type Fields = readonly (readonly [name: string, value: string])[];

export interface WireMessage {
  readonly fields: Fields;
  readonly body: Buffer;
}

export interface FaceResponse extends WireMessage {
  readonly status: number;
  readonly trailers?: Fields;
  /**
   * What it tells instead of the answer that was to be encoded and could not be. Of a hub: the
   * first that it tells at all.
   */
  readonly fault?: Fault;
}

/** We are the server: decodes requests of one service in one dialect, encodes its answers. */
export interface Face extends LargeAnswerFace {
  /** Before the body is read: may this be one of ours, and how large may its body be? */
  readonly decode: (request: FaceRequest) => Decoded;
  /** It reads bodies with a Content-Encoding itself, or refuses them; absent: it gets none. */
  readonly readsCodings?: true;
  readonly encode: (reply: Reply, context: FaceContext) => FaceResponse;
  /** Absent: outputs that come one by one are collected, within limits, for `encode`. */
  readonly encodeStream?: (context: FaceContext) => AnswerStream;
  /** For requests whose inputs come one by one; `decode` gets such a request without its body. */
  readonly decodeInputs?: (context: FaceContext) => InputStream;
}

/** What the answer has to fit: kept from decoding, opaque to everybody else. */
export interface FaceContext {
  readonly operation: Operation | undefined;
  readonly exchangeId: string;
  /** The face's own: negotiated media type, SOAP version. */
  readonly negotiated: unknown;
  /** What an instance of the same dialect ended its answer with, as far as that is known. */
  readonly trailers?: () => Fields;
}

export type Decoded =
  | {
      readonly kind: "call";
      readonly call: Call;
      readonly negotiated: unknown;
      /** Name of the caller that the message has proved to be from. */
      readonly provenCaller?: string;
    }
  /** A document that the face serves itself, for example `?wsdl`. */
  | { readonly kind: "document"; readonly response: FaceResponse }
  | {
      readonly kind: "fault";
      readonly fault: Fault;
      readonly operation: Operation | undefined;
      readonly negotiated: unknown;
    };

/** We are the client: encodes calls to instances, decodes their answers. */
export interface Upstream extends UpstreamStreams, LargeAnswerUpstream {
  readonly encode: (call: Call) => UpstreamRequest | Fault;
  readonly decode: (response: UpstreamResponse, call: Call) => Reply;
  /**
   * For answers that say themselves when they are whole, be there more or not: takes the bytes as
   * they come. @returns from the inner one whether they are; undefined: the end says so.
   */
  readonly watchWhole?: (
    response: Pick<UpstreamResponse, "field">,
  ) => ((bytes: Buffer) => boolean) | undefined;
}

export interface UpstreamRequest extends WireMessage {
  readonly kind: "request";
  readonly method: string;
  /** Behind the instance's base path, with query; "": the instance's URL as it is configured. */
  readonly target: string;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly field: (lowerCaseName: string) => string | undefined;
  readonly body: Buffer;
  /** Absent: the answer had no trailers. */
  readonly trailer?: (lowerCaseName: string) => string | undefined;
  /** It goes on to the caller as it came, and is only read; absent: it does not. */
  readonly passes?: ReadingManner;
}
