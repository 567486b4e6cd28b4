/**
 * Calls between dialects: the operation and its input are the key, whatever the caller's dialect,
 * and the reply is kept before it is encoded.
 */
import { hash } from "node:crypto";
import type { Call, Reply } from "#call/call.ts";
import type { Answered, PolicyAnswer, PolicyEnd, PolicyRequest } from "#extension/policy.ts";
import { judgeAnswer } from "./answer-rules.ts";
import { decide, insteadOfError, newAsked, type Asked, type Way } from "./asked.ts";
import { parseDirectives } from "./directives.ts";
import { ageMsOf, momentary, stillHolds, type Kept, type KeptReply, type Version } from "./kept.ts";
import { fitsVary, partOf, variesUnseen, varyOf } from "./keys.ts";
import { defaultsFor, type Shared } from "./settings.ts";
import { forwardedStatus } from "./status-field.ts";
import { bytesOf, keptFields } from "./update.ts";
import { valueText } from "#contract/value-text.ts";

const noBody = Buffer.alloc(0);
/** Longer ones are told by their digest. */
const keyTextMax = 512;

export function createCallWay(shared: Shared) {
  const { options, marks, store, platform } = shared;

  function askedOf(request: PolicyRequest, { operation, input, headers }: Call): Asked {
    const directives = parseDirectives(request.field("cache-control"));
    const isRead = operation.safety === "safe";
    const mayKeep = isRead && operation.mode === "unary" && !directives.has("no-store");
    const text = mayKeep ? `${valueText(input)} ${valueText(headers)}` : "";
    const shown = text.length > keyTextMax ? hash("sha256", text) : text;
    const { serviceName } = request;
    const key = `${partOf(request, options.per)} call ${serviceName}.${operation.id} ${shown}`;
    return newAsked(request, {
      kind: mayKeep ? "read" : isRead ? "other" : "write",
      key,
      directives,
      why: isRead ? "bypass" : "method",
      mayLead: true,
      conditions: { noneMatch: undefined, modifiedSince: undefined },
    });
  }

  const versionOf = ({ serviceName }: PolicyRequest): Version => ({
    address: marks.purgesOf(serviceName),
    writes: options.forgetOnWrite ? marks.numberOf(serviceName) : 0,
  });

  function answerFrom(request: PolicyRequest, kept: Kept): Answered {
    const ageMs = ageMsOf(kept, platform.clock.monotonicMs());
    request.addAnswerField("Age", String(Math.max(0, Math.floor(ageMs / 1_000))));
    const { reply: response, fields } = kept as KeptReply;
    return { kind: "answer", response, fields };
  }

  function wayOf(request: PolicyRequest): Way {
    const fits = (kept: Kept): boolean => kept.kind === "call" && fitsVary(request, kept.vary);
    return {
      fits,
      versionOf: () => versionOf(request),
      answer: (_asked, kept) => answerFrom(request, kept),
      find(asked) {
        asked.why = store.hasAny(asked.key) ? "vary-miss" : "uri-miss";
        const found = store.find(asked.key, fits);
        if (found === undefined || stillHolds(found, asked.version)) return found;
        store.drop(asked.key, found);
        asked.why = "uri-miss";
        return undefined;
      },
      // There are no validators between dialects: the whole is asked for again.
      validate() {},
    };
  }

  const date = (): string => new Date(platform.clock.nowMs()).toUTCString();

  function land(asked: Asked, brought: Kept | undefined): void {
    asked.flight?.land(brought);
    asked.flight = undefined;
  }

  return {
    wayOf,

    begin(request: PolicyRequest, call: Call): ReturnType<typeof decide> {
      const asked = askedOf(request, call);
      shared.underWay.set(request, asked);
      if (asked.kind !== "read") return undefined;
      return decide(shared, request, asked, wayOf(request));
    },

    /** Only the instance's own word of how long it may be kept is in its head. */
    onAnswer(request: PolicyRequest, asked: Asked, answer: PolicyAnswer): undefined {
      const { status, field } = answer;
      const told = (detail?: string): undefined => {
        if (!options.cacheStatus) return;
        const more = detail === undefined ? {} : { detail };
        const isStored = asked.lifetime !== undefined;
        const value = forwardedStatus(asked.why, { status, isStored, ...more });
        request.addAnswerField("Cache-Status", value);
      };
      if (asked.kind !== "read") return told();
      const moments = { requestedMs: asked.requestedMs, receivedMs: platform.clock.nowMs() };
      const authorized = request.field("authorization") !== undefined;
      // Within one dialect the caller's goes on.
      const sendsCookie = request.field("cookie") !== undefined && gets(request, "cookie");
      const timed = sendsCookie ? undefined : request.operation;
      const defaults = defaultsFor(options, request.serviceName, timed);
      asked.vary = field("vary");
      const unseen = variesUnseen(request, asked.vary);
      const judged =
        unseen === undefined
          ? judgeAnswer(status, field, authorized, moments, defaults)
          : { unkept: unseen };
      asked.fields = keptFields(answer.fields, date());
      if (!("unkept" in judged)) asked.lifetime = judged;
      else if (options.coalesce === "all" && unseen === undefined) {
        asked.isMomentary = saysNothing(field("cache-control"));
      }
      return told("unkept" in judged ? judged.unkept : undefined);
    },

    onReply(request: PolicyRequest, asked: Asked, reply: Reply): Reply | undefined {
      if (asked.kind !== "read") return undefined;
      const { lifetime, isMomentary } = asked;
      if (reply.kind === "fault") {
        if (reply.blame !== "service" || reply.declared !== undefined) return undefined;
        const instead = insteadOfError(shared, request, asked, wayOf(request), {});
        return instead?.response as Reply | undefined;
      }
      if (lifetime === undefined && !isMomentary) return undefined;
      const { key, fields } = asked;
      const bytes = bytesOf(key, fields, noBody) + 2 * valueText(reply.output).length;
      if (bytes > options.answerBytesMax) {
        if (asked.flight !== undefined) {
          shared.flights.goApart(asked.flight, platform.clock.monotonicMs());
        }
        return undefined;
      }
      const kept: KeptReply = {
        kind: "call",
        reply,
        fields,
        lifetime: lifetime ?? momentary,
        version: asked.version,
        vary: varyOf(request, asked.vary, isMomentary || lifetime?.isTimed === true),
        receivedMs: platform.clock.monotonicMs(),
        bytes,
      };
      if (lifetime !== undefined) store.put(asked.key, kept, wayOf(request).fits);
      land(asked, kept);
      return undefined;
    },

    /** What may have changed something has to be heard of before its caller asks again. */
    onEnd(request: PolicyRequest, asked: Asked, { problem }: PolicyEnd): void {
      const isDone = problem === undefined || problem.definition.blame === "service";
      if (asked.kind === "write" && options.forgetOnWrite && isDone)
        marks.note(request.serviceName);
    },
  };
}

function gets(request: PolicyRequest, lowerCaseName: string): boolean {
  return request.fieldFrom(lowerCaseName) === "caller";
}

function saysNothing(cacheControl: string | undefined): boolean {
  return cacheControl === undefined;
}
