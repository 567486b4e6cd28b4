/**
 * What a hub may do in the course of one exchange: calls to operations, each an exchange of its
 * own. They end with the exchange that asks for them.
 */
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import type { Operation } from "#contract/contract.ts";
import { createRecord } from "#contract/value.ts";
import type { HubCall, HubSession } from "#extension/hub.ts";
import type { AnswerRoom } from "./answer-room.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { InnerOrigin } from "./inner-caller.ts";
import { InnerCaller } from "./inner-caller.ts";
import type { Snapshot } from "./snapshot.ts";
import { readTraceParent } from "./trace.ts";

/** An exchange, as far as one that asks for it must know it. */
export interface InnerExchange {
  beginInner(call: InnerBeginning, caller: InnerCaller): void;
  /** One that was asked for before (see `repeat` of policies). */
  beginRepeat(beginning: InnerBeginning, translated: InnerCaller | undefined): void;
  onCallerGone(): void;
  onCallerFlushed(): void;
  onTick(nowMs: number): void;
}

/** What is known of the exchange that asks. */
export interface Asked extends ProvenCaller {
  readonly snapshot: Snapshot;
}

/** Who asks, and what is known of it. */
export type ProvenCaller = Pick<
  ExchangeRecord,
  | "callerIndex"
  | "callerKey"
  | "hubDialect"
  | "withheld"
  | "provedBy"
  | "provenByMessage"
  | "subject"
  | "scopes"
>;

export interface InnerBeginning extends Asked {
  readonly route: CompiledRoute;
}

export type CreateInner = (caller: InnerCaller) => InnerExchange;

/** Calls under way at once, of one exchange; beyond, they are refused. */
const callsMax = 256;

export class HubCalls implements HubSession {
  readonly exchangeId: string;
  readonly #asked: Asked;
  readonly #origin: InnerOrigin;
  readonly #room: AnswerRoom;
  readonly #create: CreateInner;
  readonly #abort = new AbortController();
  readonly #superseded = new AbortController();
  /** How many calls have been asked for. */
  #count = 0;
  readonly #underWay = new Map<InnerCaller, InnerExchange>();

  constructor(asked: Asked, origin: InnerOrigin, room: AnswerRoom, create: CreateInner) {
    this.exchangeId = origin.exchangeId;
    this.#asked = asked;
    this.#origin = origin;
    this.#room = room;
    this.#create = create;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get superseded(): AbortSignal {
    return this.#superseded.signal;
  }

  may(serviceName: string, operationId: string): boolean {
    const { snapshot, callerIndex } = this.#asked;
    const { authorization } = snapshot;
    if (authorization.open) return true;
    const found = this.#find(serviceName, operationId);
    return found !== undefined && authorization.may(callerIndex, found.route.index, this.#asked);
  }

  invoke(call: HubCall): Promise<Reply> {
    return this.#run(call, undefined) as Promise<Reply>;
  }

  async subscribe(
    call: HubCall,
    onAnswer: (answer: Answer) => Promise<void>,
  ): Promise<Fault | undefined> {
    const reply = await this.#run(call, onAnswer);
    if (reply?.kind !== "answer") return reply;
    // It has one answer only.
    await onAnswer(reply);
    return undefined;
  }

  #run(
    asked: HubCall,
    onAnswer: ((answer: Answer) => Promise<void>) | undefined,
  ): Promise<Reply | undefined> {
    const { serviceName, operationId, input, headers = createRecord() } = asked;
    const idempotencyKey = asked.idempotencyKey ?? this.#nextKey();
    const found = this.#find(serviceName, operationId);
    if (found === undefined) return Promise.resolve(unknown(serviceName, operationId));
    if (this.signal.aborted) return Promise.resolve(gone);
    if (this.#underWay.size >= callsMax) return Promise.resolve(tooMany);
    const { route, operation } = found;
    const call: Call = { operation, input, headers };
    const path = `/${serviceName}/${operationId}`;
    const trace = readTraceParent(asked.traceParent);
    const origin = {
      ...{ ...this.#origin, idempotencyKey },
      ...(trace && { traceParent: `00-${trace.id}-${trace.parent}-${trace.flags}` }),
    };
    return new Promise((resolve) => {
      const caller: InnerCaller = new InnerCaller(origin, path, call, {
        onAnswer,
        room: this.#room,
        onDone: (reply) => {
          this.#underWay.delete(caller);
          resolve(reply);
        },
        onFlushed: () => this.#underWay.get(caller)?.onCallerFlushed(),
      });
      const exchange = this.#create(caller);
      this.#underWay.set(caller, exchange);
      exchange.beginInner({ ...this.#asked, route }, caller);
    });
  }

  /** Of a request that asks for several calls, each has one of its own, by its place. */
  #nextKey(): string | undefined {
    const { idempotencyKey: key } = this.#origin;
    const number = ++this.#count;
    if (key === undefined || number === 1) return key;
    return key.startsWith('"') ? `"${number}/${key.slice(1)}` : `${number}/${key}`;
  }

  /** What the router would take the operation's REST address to. */
  #find(
    serviceName: string,
    operationId: string,
  ): { readonly route: CompiledRoute; readonly operation: Operation } | undefined {
    const { revision, translators, router } = this.#asked.snapshot;
    const contract = revision.contracts.get(serviceName);
    const operation = contract?.operations.find(({ id }) => id === operationId);
    const services = revision.configuration.services;
    const index = services.findIndex(({ name }) => name === serviceName);
    const routeIndex = translators[index]?.routeOf(operationId);
    const route = routeIndex === undefined ? undefined : router.routes[routeIndex];
    return operation === undefined || route === undefined ? undefined : { route, operation };
  }

  /** @param isCurrent whether the exchange's revision is the one that is live. */
  tick(nowMs: number, isCurrent: boolean): void {
    if (!isCurrent) this.#superseded.abort();
    for (const exchange of this.#underWay.values()) exchange.onTick(nowMs);
  }

  /** The exchange that asked is over, however it ended. */
  close(): void {
    this.#abort.abort();
    for (const [caller, exchange] of [...this.#underWay]) {
      exchange.onCallerGone();
      caller.abandon();
    }
  }
}

function unknown(serviceName: string, operationId: string): Fault {
  const message = `there is no operation ${serviceName}.${operationId}`;
  return fault("unimplemented", "client", "no-operation", message);
}

const gone = fault("cancelled", "client", "caller-gone", "the caller is gone");
const tooMany = fault(
  "resource_exhausted",
  "client",
  "too-many-calls",
  `one request may have ${callsMax} calls under way at once`,
);

function fault(
  faultKind: Fault["faultKind"],
  blame: Fault["blame"],
  code: string,
  message: string,
): Fault {
  return { kind: "fault", faultKind, blame, code, message };
}
