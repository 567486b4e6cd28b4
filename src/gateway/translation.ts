/**
 * One exchange between dialects: the caller's document is gathered, decoded by its face to a call,
 * encoded by the upstream; the answer goes the same way back. Documents are whole, within limits.
 */
import type { Problem } from "#base/problem.ts";
import type { Limits } from "#base/limits.ts";
import type { Fault, Call, Reply } from "#call/call.ts";
import type { Operation } from "#contract/contract.ts";
import type { Face, FaceResponse, Upstream } from "#extension/protocol.ts";
import { ChunkedReader } from "#wire/chunked.ts";
import { RequestHead, type ResponseHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { Gatherer } from "./gatherer.ts";
import { refuseOperation } from "./operation-permission.ts";
import type { Translator } from "./translators.ts";

/** What decoding led to: an answer at once, or a request that is ready to be sent. */
export type Decision =
  | { readonly kind: "respond"; readonly response: FaceResponse }
  | { readonly kind: "send"; readonly body: Buffer };

export class Translation {
  readonly #face: Face;
  readonly #translator: Translator;
  readonly #request: Gatherer;
  readonly #response: Gatherer;
  readonly #limits: Limits;
  #chunked: ChunkedReader | undefined;
  #call: Call | undefined;
  #operation: Operation | undefined;
  #negotiated: unknown;
  #status = 0;
  #fields: ReadonlyMap<string, string> = new Map();
  #exchangeId = "";
  /** What is sent to the instance, once `decode` has decided so. */
  requestHead: RequestHead | undefined;
  /** Whether it is sent to the URL of the instance itself, with nothing behind it. */
  exactTarget = false;

  constructor(face: Face, translator: Translator, limits: Limits) {
    this.#face = face;
    this.#translator = translator;
    this.#limits = limits;
    this.#request = new Gatherer(limits.documentBytesMax);
    this.#response = new Gatherer(limits.documentBytesMax);
  }

  /** @param framed whether the bytes still have their chunk framing. @returns false: too large. */
  addRequest(bytes: Buffer, from: number, to: number, framed: boolean): boolean {
    if (!framed) return this.#request.add(bytes, from, to);
    if (this.#chunked === undefined) {
      this.#chunked = new ChunkedReader();
      this.#chunked.begin(true);
    }
    // The bytes were checked when they were read; reading them in place moves them, so on a copy.
    const copy = Buffer.from(bytes.subarray(from, to));
    this.#chunked.read(copy, 0, copy.length, this.#limits);
    return this.#request.add(copy, 0, this.#chunked.keptEnd);
  }

  decode(exchange: ExchangeRecord): Decision {
    const { head } = exchange.caller;
    this.#exchangeId = exchange.id;
    const query =
      head.targetEnd > head.pathEnd ? head.pathAndQuery.slice(head.path.length + 1) : "";
    const decoded = this.#face.decode({
      method: head.method,
      path: pathBehind(head.path, (exchange.route as CompiledRoute).stripSegments),
      query,
      field: (name) => head.field(name),
      body: this.#request.take(),
    });
    if (decoded.kind === "document") return { kind: "respond", response: decoded.response };
    this.#negotiated = decoded.negotiated;
    this.#operation = decoded.kind === "call" ? decoded.call.operation : decoded.operation;
    if (decoded.kind === "fault") return this.#respond(decoded.fault);
    const problem = refuseOperation(exchange, this.#translator, decoded.call.operation.id);
    if (problem !== undefined) return this.#respond(faultOf(problem));
    return this.#encodeRequest(decoded.call);
  }

  #encodeRequest(call: Call): Decision {
    this.#call = call;
    const { upstream } = this.#translator;
    if (upstream === undefined) {
      return this.#respond({
        kind: "fault",
        faultKind: "unimplemented",
        blame: "gateway",
        code: "upstream-dialect-unavailable",
        message: "the dialect of the service's instances is not offered",
      });
    }
    const request = upstream.encode(call);
    if (request.kind === "fault") return this.#respond(request);
    this.exactTarget = request.target === "";
    const target = this.exactTarget ? "/" : request.target;
    let lines = `${request.method} ${target} HTTP/1.1\r\nHost: instance\r\n`;
    for (const [name, value] of request.fields) lines += `${name}: ${value}\r\n`;
    lines += `Content-Length: ${request.body.length}\r\n\r\n`;
    const bytes = Buffer.from(lines, "latin1");
    const head = new RequestHead();
    // Whatever the values of a call put into a target or field has to pass as anybody's would.
    if (parseRequestHead(head, bytes, 0, bytes.length, this.#limits) !== bytes.length) {
      return this.#respond({
        kind: "fault",
        faultKind: "invalid_argument",
        blame: "client",
        code: "not-representable",
        message: "a parameter's value cannot stand in the path or a header of the service",
      });
    }
    this.requestHead = head;
    return { kind: "send", body: request.body };
  }

  beginResponse(head: ResponseHead): void {
    this.#status = head.status;
    const fields = new Map<string, string>();
    for (let index = 0; index < head.fieldCount; index++) {
      const name = head.nameAt(index).toLowerCase();
      const earlier = fields.get(name);
      const value = head.valueAt(index);
      fields.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
    }
    this.#fields = fields;
  }

  /** @returns false: too large. */
  addResponse(bytes: Buffer, from: number, to: number): boolean {
    return this.#response.add(bytes, from, to);
  }

  /** The whole answer is there. */
  finish(): FaceResponse {
    const reply = (this.#translator.upstream as Upstream).decode(
      {
        status: this.#status,
        field: (name) => this.#fields.get(name),
        body: this.#response.take(),
      },
      this.#call as Call,
    );
    return this.#encode(reply);
  }

  /** A problem of the gateway's, in the caller's dialect. */
  tell(problem: Problem): FaceResponse {
    return this.#encode(faultOf(problem));
  }

  #respond(fault: Fault): Decision {
    return { kind: "respond", response: this.#encode(fault) };
  }

  #encode(reply: Reply): FaceResponse {
    return this.#face.encode(reply, {
      operation: this.#operation,
      exchangeId: this.#exchangeId,
      negotiated: this.#negotiated,
    });
  }
}

function faultOf({ definition, detail, cause }: Problem): Fault {
  const { faultKind, blame, code, httpStatus } = definition;
  return { kind: "fault", faultKind, blame, code, message: detail, httpStatus, cause };
}

/** The path behind its first segments, `/` at least. */
function pathBehind(path: string, segments: number): string {
  let from = 0;
  for (let count = segments; count > 0 && from >= 0; count--) from = path.indexOf("/", from + 1);
  return from < 0 ? "/" : path.slice(from);
}
