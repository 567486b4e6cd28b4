/**
 * A face over all services at once (GraphQL's one schema, JSON-RPC's one address, MCP's tools):
 * one request of a caller may become several calls. Each is an exchange of its own, permitted,
 * sent and put on record like any other, with the caller's exchange as its parent.
 */
import type { Answer, Fault, Reply } from "#call/call.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { GraphqlSettings } from "#base/graphql-settings.ts";
import type {
  FaceRequest,
  FaceResponse,
  Fields,
  ServiceContract,
  TellFailure,
} from "./protocol.ts";

/** Compiled when a revision is loaded. @param services those with a contract, in their order. */
export type CreateHub = (services: readonly HubService[], settings: HubSettings) => Hub;

/** What an operator decides for a dialect as a whole. */
export interface HubSettings {
  readonly graphql: GraphqlSettings;
}

export interface HubService extends ServiceContract {
  /** Ids of the operations that the operator offers here; undefined: all of them. */
  readonly offered?: ReadonlySet<string>;
}

export interface Hub {
  readonly addresses: readonly HubAddress[];
  /** @param request its path is the whole path. Never rejects. */
  readonly handle: (request: HubRequest, session: HubSession) => Promise<FaceResponse | HubStream>;
  /** Tells what keeps a request from being handled: its caller is unknown, its body too large. */
  readonly tell: TellFailure;
}

/** On the gateway port: `/rpc`, `/rpc/{service}`. */
export interface HubAddress {
  readonly path: string;
  readonly methods: readonly string[];
  /** Requests are handled when their head is there; their body comes as `parts`. */
  readonly inParts?: boolean;
}

export interface HubRequest extends FaceRequest {
  /** The body, where the address says so: to be read once, and no more is taken than is read. */
  readonly parts?: AsyncIterable<Buffer>;
}

/** What a hub may do for one request of a caller. */
export interface HubSession {
  readonly exchangeId: string;
  /** Aborted when the caller is gone or the exchange is over. */
  readonly signal: AbortSignal;
  /** Aborted when what the request sees is no longer live: another revision is, or none soon. */
  readonly superseded: AbortSignal;
  /** Whether the caller may call an operation; one that it may not is not shown to it either. */
  readonly may: (serviceName: string, operationId: string) => boolean;
  /** Calls an operation. Never rejects: whatever goes wrong is a fault. */
  readonly invoke: (call: HubCall) => Promise<Reply>;
  /**
   * Calls a server-stream operation. @param onAnswer the next output is asked for when its promise
   * is settled. @returns when the stream has ended; a fault: how it broke.
   */
  readonly subscribe: (
    call: HubCall,
    onAnswer: (answer: Answer) => Promise<void>,
  ) => Promise<Fault | undefined>;
}

export interface HubCall {
  readonly serviceName: string;
  readonly operationId: string;
  readonly input: ValueRecord;
  readonly headers?: ValueRecord;
  /** Of this call; absent: made from that of the request, which stands in its HTTP head. */
  readonly idempotencyKey?: string;
  /**
   * `traceparent` (W3C Trace Context) that the message itself has, for requests whose HTTP head has
   * none; what is none is not heeded.
   */
  readonly traceParent?: string;
}

/** An answer that goes out in parts: server-sent events. */
export interface HubStream {
  readonly kind: "stream";
  readonly status: number;
  readonly fields: Fields;
  /**
   * @param write settles when the caller has room for more. Never rejects. @param tell notes a
   * fault that the caller is told in a part. @returns the trailers, if there are any.
   */
  readonly run: (
    write: (bytes: Buffer) => Promise<void>,
    tell: (fault: Fault) => void,
  ) => Promise<Fields | void>;
}
