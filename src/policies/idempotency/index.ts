/** Unsafe requests with an Idempotency-Key are carried out once, however often they come. */
import { nodeProcesses } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import type { Call } from "#call/call.ts";
import type { Policy, PolicyRequest, Refused, Verdict } from "#extension/policy.ts";
import { decodeRecord, encodeRecord, type AttemptRecord } from "./attempt-record.ts";
import {
  createFirstAttempt,
  lastingFields,
  noteAttemptEnd,
  noteSent,
  outcomeOf,
  tapFor,
  type FirstAttempt,
} from "./first-attempt.ts";
import { fingerprintOfCall, fingerprintOfRequest, readKey, recordKey } from "./key.ts";
import { description, options, type Options } from "./options.ts";
import { problems } from "./problems.ts";
import { valueText } from "#contract/value-text.ts";

const fieldName = "idempotency-key";
/** Between two looks at whether a first request has ended. */
const lookMs = 25;
/** Between two tries to write what became of a request. */
const writeAgainMs = 1_000;
/** A key is kept for its time after its request, and for no less than this while that goes on. */
const underWayMsMax = 3_600_000;

export const idempotency: Policy<Options> = {
  name: "idempotency",
  summary: "Unsafe requests with an Idempotency-Key are carried out once, and answered each time.",
  description,
  options,
  example:
    "- idempotency: { required: true, keepMs: 86400000, only: { operations: [placeOrder] } }",
  problems: problems.definitions,
  level: "call",
  explain({ required, keepMs, answerBytesMax }) {
    const need = required ? ", and needs one" : "";
    return (
      `an unsafe request with an Idempotency-Key is carried out once${need}; ` +
      `kept for ${keepMs} ms, with answers up to ${answerBytesMax} bytes`
    );
  },
  explainRefusal({ required }, { request }) {
    if (!required || request.idempotent || request.field(fieldName) !== undefined) return undefined;
    return keyMissing("it");
  },
  create(given, { records, platform, serviceName, contract }) {
    records.prepare();
    const { clock, timers } = platform;
    const scope = `idempotency ${serviceName ?? ""}`;
    const process = nodeProcesses.self();
    const firsts = new WeakMap<PolicyRequest, FirstAttempt>();

    /** Undefined: there is none, and it need not be. */
    function keyOf(request: PolicyRequest): string | Refused | undefined {
      const value = request.field(fieldName);
      if (value === undefined) {
        if (!given.required) return undefined;
        return refused(keyMissing(nameOf(request)));
      }
      const key = readKey(value);
      if (key !== undefined) return key;
      const detail =
        `the Idempotency-Key is ${JSON.stringify(value.slice(0, 80))}; expected one of 1 to 255 ` +
        "visible ASCII characters, in quotes or without comma, quotes and blanks";
      return refused(problems["idempotency-key-malformed"](detail));
    }

    async function begin(request: PolicyRequest, key: string, fingerprint: string) {
      const first = createFirstAttempt(request, recordKey(request, key), fingerprint);
      firsts.set(request, first);
      request.carryOutOnce(
        ({ outcome, status }) => outcome === "answer" && given.freeing.includes(status),
      );
      const verdict = await claim(request, first);
      if (first.isOver) return undefined;
      if (!first.isClaimed) firsts.delete(request);
      return verdict;
    }

    /** Waits for an earlier request that is under way, for a while. */
    async function claim(request: PolicyRequest, first: FirstAttempt): Promise<Verdict> {
      const untilMs = clock.monotonicMs() + given.waitMs;
      for (;;) {
        const found = await claimOnce(first);
        if (found === undefined || first.isOver) return undefined;
        if ("kind" in found) return found;
        const mayEnd = isUnderWay(found) && found.fingerprint === first.fingerprint;
        if (!mayEnd || clock.monotonicMs() >= untilMs) return verdictOf(request, found, first);
        await new Promise<void>((resolve) => timers.after(lookMs, resolve));
      }
    }

    /** Undefined: it is the first one. */
    async function claimOnce(first: FirstAttempt): Promise<AttemptRecord | Refused | undefined> {
      const { fingerprint, exchange } = first;
      const running = { state: "running", fingerprint, exchange, process } as const;
      const keptMs = underWayMsMax + given.keepMs;
      first.heldUntilMs = clock.monotonicMs() + keptMs;
      try {
        const claimed = await records.claim(recordOf(first, running, keptMs));
        if (claimed.kind === "present") return decodeRecord(claimed.value);
        if (claimed.kind === "full") return unavailable("storeBytesMax is used up");
        first.isClaimed = true;
        // Nobody waits any more, and nothing was sent.
        if (first.isOver) await records.remove(scope, first.key);
        return undefined;
      } catch (cause) {
        return unavailable("the state cannot be written", cause);
      }
    }

    function recordOf({ key }: FirstAttempt, record: AttemptRecord, keptMs = given.keepMs) {
      const nowMs = clock.nowMs();
      return {
        ...{ scope, key, nowMs, untilMs: nowMs + keptMs },
        value: encodeRecord(record),
        scopeBytesMax: given.storeBytesMax,
      };
    }

    function verdictOf(
      request: PolicyRequest,
      found: AttemptRecord,
      { fingerprint }: FirstAttempt,
    ): Verdict {
      const { exchange } = found;
      if (found.fingerprint !== fingerprint) {
        const detail = `the Idempotency-Key was used for another request, exchange ${exchange}`;
        return refused(problems["idempotency-key-reused"](detail));
      }
      if (found.state === "done") return answerOf(request, found);
      if (isUnderWay(found)) {
        const detail = `exchange ${exchange} has the same Idempotency-Key, and is under way`;
        return refused(problems["idempotency-in-flight"](detail, { retryAfterS: 1 }));
      }
      const detail =
        `the first request with this Idempotency-Key, exchange ${exchange}, was sent to an ` +
        "instance, and no answer of it is known; it is not sent again";
      return refused(problems["idempotency-outcome-unknown"](detail));
    }

    function answerOf(request: PolicyRequest, found: AttemptRecord & { state: "done" }): Verdict {
      const { answer, exchange, status } = found;
      if (answer === undefined) {
        const detail =
          `the first request with this Idempotency-Key, exchange ${exchange}, was answered with ` +
          `${status}, which is not kept: a stream, cut off, or larger than answerBytesMax ` +
          `(${given.answerBytesMax})`;
        return refused(problems["idempotency-answer-not-kept"](detail));
      }
      request.addAnswerField("Idempotent-Replayed", "true");
      if (answer.kind === "reply") {
        const { reply: response, fields = [] } = answer;
        return { kind: "answer", response, fields };
      }
      const { fields, body, trailers } = answer;
      const response = { status: answer.status, fields, body: Buffer.from(body) };
      return {
        kind: "answer",
        response: trailers === undefined ? response : { ...response, trailers },
      };
    }

    function settle(request: PolicyRequest, first: FirstAttempt): void {
      first.isOver = true;
      firsts.delete(request);
      if (first.isClaimed) void writeAtLast(first);
    }

    /** What the disk refuses now it may take later: until then it is told to be under way. */
    async function writeAtLast(first: FirstAttempt): Promise<void> {
      for (let tries = 1; tries === 1 || clock.monotonicMs() < first.heldUntilMs; tries++) {
        try {
          return await write(first);
        } catch {
          // It may be what there is no room for, and is not to fill the memory either.
          if (tries > 1) first.answer = undefined;
          await new Promise<void>((resolve) => timers.after(writeAgainMs, resolve));
        }
      }
    }

    async function write(first: FirstAttempt): Promise<void> {
      const { key, fingerprint, exchange, status, answer } = first;
      const outcome = outcomeOf(first, given.freeing);
      if (outcome === "free") return records.remove(scope, key);
      const keep = (record: AttemptRecord) => records.replace(recordOf(first, record));
      if (outcome === "unknown") await keep({ state: "unknown", fingerprint, exchange });
      else {
        const done = { state: "done", fingerprint, exchange, status } as const;
        const { kind } = await keep({ ...done, answer });
        if (kind === "full") await keep({ ...done, answer: undefined });
      }
    }

    const modeOf = ({ operation }: PolicyRequest) =>
      contract?.operations.find(({ id }) => id === operation)?.mode;

    return {
      onRequest(request) {
        if (request.isTranslated || request.idempotent) return undefined;
        const key = keyOf(request);
        if (key === undefined || typeof key === "object") return key;
        return isStreamed(modeOf(request)) ? streamRefused(request) : undefined;
      },
      onCall(request, call) {
        if (call.operation.safety !== "unsafe") return undefined;
        const key = keyOf(request);
        if (key === undefined || typeof key === "object") return key;
        if (isStreamed(call.operation.mode)) return streamRefused(request);
        request.addRequestField("Idempotency-Key", request.field(fieldName) as string);
        return begin(request, key, fingerprintOfCall(call));
      },
      gathers(request) {
        const isAsked = !request.isTranslated && !request.idempotent;
        return isAsked && request.field(fieldName) !== undefined
          ? given.requestBytesMax
          : undefined;
      },
      onGathered(request, { data, isWhole }) {
        if (request.isTranslated || request.idempotent) return undefined;
        const key = keyOf(request);
        if (key === undefined || typeof key === "object") return key;
        if (isWhole && data.length <= given.requestBytesMax) {
          return begin(request, key, fingerprintOfRequest(request, data));
        }
        const detail =
          `requests with an Idempotency-Key may have ${given.requestBytesMax} bytes ` +
          "(requestBytesMax)";
        return refused(problems["idempotency-request-too-large"](detail));
      },
      onAttempt(request, { instance }) {
        const first = firsts.get(request);
        // Where no HTTP is spoken, nobody tells when it is sent.
        if (first !== undefined && instance.startsWith("tcp:")) noteSent(first);
        return undefined;
      },
      onSend(request) {
        const first = firsts.get(request);
        if (first !== undefined) noteSent(first);
      },
      onAttemptEnd(request, end) {
        const first = firsts.get(request);
        if (first !== undefined) noteAttemptEnd(first, end, given.freeing);
        return undefined;
      },
      onAnswer(request, answer) {
        const first = firsts.get(request);
        if (first === undefined) return undefined;
        first.status = answer.status;
        if (request.isTranslated) first.fields = lastingFields(answer.fields);
        return undefined;
      },
      onReply(request, reply) {
        const first = firsts.get(request);
        if (first === undefined) return undefined;
        const bytes = reply.kind === "answer" ? valueText(reply.output).length : 0;
        const { fields } = first;
        if (bytes <= given.answerBytesMax) first.answer = { kind: "reply", reply, fields };
        return undefined;
      },
      tapAnswer(request) {
        const first = firsts.get(request);
        if (first === undefined || request.isTranslated) return undefined;
        return tapFor(first, given.answerBytesMax);
      },
      outlives: (request) => {
        const first = firsts.get(request);
        return first !== undefined && (first.isSent || first.status > 0);
      },
      onEnd(request) {
        const first = firsts.get(request);
        if (first !== undefined) settle(request, first);
      },
    };
  },
};

function isUnderWay(found: AttemptRecord): boolean {
  return found.state === "running" && nodeProcesses.isRunning(found.process);
}

function keyMissing(what: string): Problem {
  const detail = `${what} is not safe to repeat; expected the field Idempotency-Key`;
  return problems["idempotency-key-missing"](detail);
}

function refused(problem: Problem): Refused {
  return { kind: "refuse", problem };
}

function unavailable(why: string, cause?: unknown): Refused {
  const detail = `the Idempotency-Key cannot be kept, so nothing is done: ${why}`;
  return refused(problems["idempotency-unavailable"](detail, { cause, retryAfterS: 5 }));
}

function isStreamed(mode: Call["operation"]["mode"] | undefined): boolean {
  return mode === "client-stream" || mode === "bidi";
}

function streamRefused(request: PolicyRequest): Refused {
  const detail = `${nameOf(request)} takes its inputs one by one; expected no Idempotency-Key`;
  return refused(problems["idempotency-key-for-stream"](detail));
}

function nameOf({ serviceName, operation, routeId, method }: PolicyRequest): string {
  return operation === undefined
    ? `${method} at ${serviceName}.${routeId}`
    : `${serviceName}.${operation}`;
}
