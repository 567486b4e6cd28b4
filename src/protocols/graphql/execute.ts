/**
 * Fields of the root as calls: side by side in queries, one after the other in mutations, as
 * GraphQL's executor asks for them. Equal calls of one query are made once, and those for different
 * keys as one call of a list operation.
 */
import { GraphQLError, type GraphQLErrorExtensions } from "graphql";
import type { Answer, Reply } from "#call/call.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { HubCall, HubService, HubSession } from "#extension/hub.ts";
import { createFaultDetails, errorOf, inputFault, type FaultDetails } from "./faults.ts";
import type { GatheredKeys } from "./gather-keys.ts";
import type { FieldCalls, RootField } from "./schema.ts";
import type { Given } from "./schema-input.ts";

/** Of one operation that is executed. */
export interface Execution {
  readonly session: HubSession;
  /** Calls of this query that change nothing, by what is asked. */
  readonly made: Map<string, Promise<Reply>>;
  readonly keys: GatheredKeys;
}

export function createFieldCalls(services: readonly HubService[]): FieldCalls {
  const contracts = new Map(services.map((one) => [one.serviceName, one.contract]));
  const known = new Map<RootField, FaultDetails>();
  const detailsOf = (root: RootField): FaultDetails | undefined => {
    const contract = contracts.get(root.serviceName);
    if (contract === undefined || known.has(root)) return known.get(root);
    const made = createFaultDetails(contract, root.operation);
    known.set(root, made);
    return made;
  };
  const finish = (root: RootField, reply: Reply, { session }: Execution): unknown => {
    if (reply.kind === "answer") return root.convert(reply.output);
    throw errorOf(reply, session.exchangeId, detailsOf(root));
  };
  return {
    async resolve(root, given, context, source) {
      const execution = context as Execution;
      if (root.kind === "subscription") return root.convert((source as Answer).output);
      return finish(root, await callOf(root, given, execution), execution);
    },
    async *subscribe(root, given, context) {
      const execution = context as Execution;
      const fault = yield* answersOf(execution.session, hubCall(root, given, execution));
      if (fault !== undefined) finish(root, fault, execution);
    },
  };
}

function callOf(root: RootField, given: Given, execution: Execution): Promise<Reply> {
  const { session, made, keys } = execution;
  const call = hubCall(root, given, execution);
  if (root.kind !== "query") return session.invoke(call);
  const key = `${root.name} ${JSON.stringify([call.input, call.headers])}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const gathered = root.keyList && keys.add(root.keyList, call);
  const reply = gathered ?? session.invoke(call);
  made.set(key, reply);
  return reply;
}

function hubCall(root: RootField, given: Given, { session }: Execution): HubCall {
  const { serviceName, operation } = root;
  try {
    return { serviceName, operationId: operation.id, ...root.readArguments(given) };
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    throw errorOf(inputFault(error.fault), session.exchangeId);
  }
}

interface Waiting {
  readonly answer: Answer;
  /** It has gone out: the service may send more. */
  readonly taken: () => void;
}

/** Answers that came in the same bytes are there at once; they go out one after the other. */
async function* answersOf(
  session: HubSession,
  call: HubCall,
): AsyncGenerator<Answer, Exclude<Reply, Answer> | undefined> {
  const waiting: Waiting[] = [];
  let wake: () => void = () => undefined;
  let isOver = false;
  let hasEnded = false;
  const ended = session.subscribe(call, (answer) => {
    if (isOver) return Promise.resolve();
    return new Promise((taken) => {
      waiting.push({ answer, taken });
      wake();
    });
  });
  void ended.then(() => {
    hasEnded = true;
    wake();
  });
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) {
        try {
          yield next.answer;
        } finally {
          next.taken();
        }
      } else if (hasEnded) return await ended;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    isOver = true;
    for (const { taken } of waiting) taken();
  }
}

/** Errors of GraphQL's own say no more than where; the code says what they are. */
export function withExchange(error: GraphQLError, code: string, exchangeId: string): GraphQLError {
  const own = { code, kind: "invalid_argument", fault: "client", exchange: exchangeId };
  return errorLike(error, error.message, { ...own, ...error.extensions });
}

/** Of what callers sent errors quote no more than this of a text. */
const messageLengthMax = 1_000;

/** At the same place. */
export function errorLike(
  { nodes, source, positions, path }: GraphQLError,
  message: string,
  extensions: GraphQLErrorExtensions,
): GraphQLError {
  const isLong = message.length > messageLengthMax;
  return new GraphQLError(isLong ? `${message.slice(0, messageLengthMax)}...` : message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
}
