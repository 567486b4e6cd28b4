/**
 * Calls to instances in GraphQL over HTTP: a document by POST. Subscriptions are answered with
 * server-sent events, a connection each (graphql-sse, distinct connections mode).
 */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Answer, Fault } from "#call/call.ts";
import { streamNotOffered, takesStream } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import type { Fields, ServiceContract, Upstream, UpstreamRequest } from "#extension/protocol.ts";
import type { ReplyStream } from "#extension/streams.ts";
import { readEvents } from "#formats/sse/read-events.ts";
import { compileOperation, type GraphqlOperation } from "./graphql-operation.ts";
import { broken, replyIn } from "./upstream-answer.ts";
import { createOwnOperations, type FindOwn } from "./upstream-own.ts";

const limits = defaultDocumentLimits;

const whole = "application/graphql-response+json, application/json;q=0.9";

function fieldsFor({ mode }: Operation): Fields {
  const accept = mode === "server-stream" ? `text/event-stream, ${whole}` : whole;
  return [
    ["content-type", "application/json"],
    ["accept", accept],
  ];
}

export function createGraphqlUpstream(service: ServiceContract): Upstream {
  const { contract } = service;
  let findOwn: FindOwn | undefined;
  const known = new Map<Operation, GraphqlOperation>();
  const find = (operation: Operation): GraphqlOperation => {
    const found = known.get(operation);
    if (found !== undefined) return found;
    const { graphql } = operation;
    const compiled =
      graphql === undefined
        ? (findOwn ??= createOwnOperations(service))(operation)
        : compileOperation(contract, operation, graphql, limits);
    known.set(operation, compiled);
    return compiled;
  };
  return {
    encode({ operation, input, headers }): UpstreamRequest | Fault {
      if (takesStream(operation)) return streamNotOffered(operation, "GraphQL");
      const body = Buffer.from(find(operation).write(input, headers));
      return { kind: "request", method: "POST", target: "", fields: fieldsFor(operation), body };
    },
    decode: ({ status, body }, { operation }) => replyIn(body, status, find(operation)),
    decodeOutputs({ status, field }, { operation }) {
      const type = field("content-type") ?? "";
      const isEvents = /^text\/event-stream\s*(?:;|$)/i.test(type);
      if (operation.mode !== "server-stream" || status !== 200 || !isEvents) return undefined;
      return createResults(find(operation));
    },
  };
}

function createResults(operation: GraphqlOperation): ReplyStream {
  const reader = readEvents(limits.documentBytesMax);
  let isOver = false;
  return {
    push(bytes) {
      return reader.push(bytes).flatMap((event): readonly (Answer | Fault)[] => {
        if (event.kind === "fault") return [{ ...broken(event.message), code: event.code }];
        const { type, data } = event;
        if (type === "complete") isOver = true;
        // The protocol has no such event: whoever sends one has more to say than that it is over.
        if (type === "error" && !isOver) return [errorIn(data, operation)];
        // Services that name no events have nothing but results.
        if (isOver || (type !== "next" && type !== "message")) return [];
        return [replyIn(data, undefined, operation)];
      });
    },
    // Distinct connections mode: `complete` ends it, the connection may stay.
    isOver: () => isOver,
    end() {
      if (isOver || reader.isBetween()) return undefined;
      return broken("the stream ends in the middle of an event");
    },
  };
}

function errorIn(data: string, operation: GraphqlOperation): Fault {
  const reply = replyIn(data, undefined, operation);
  const tells = /"errors"/.test(data) && reply.kind === "fault";
  return tells ? reply : broken(`it tells an event \`error\`: ${data.slice(0, 200)}`);
}
