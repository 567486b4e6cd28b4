/** Requests that pass as they are: RFC 9111 for a shared cache. */
import type { Answered, AnswerTap, PolicyAnswer, PolicyRequest } from "#extension/policy.ts";
import type { Fields } from "#extension/protocol.ts";
import { judgeAnswer } from "./answer-rules.ts";
import { decide, insteadOfError, newAsked, type Asked, type Way } from "./asked.ts";
import { hasAlready, notModifiedFields, type Conditions } from "./conditions.ts";
import { parseDirectives } from "./directives.ts";
import {
  ageMsOf,
  fieldIn,
  momentary,
  stillHolds,
  type Kept,
  type KeptAnswer,
  type Version,
} from "./kept.ts";
import { addressOf, fitsVary, partOf, variesUnseen, varyOf } from "./keys.ts";
import { defaultsFor, type Shared } from "./settings.ts";
import { forwardedStatus } from "./status-field.ts";
import { bytesOf, isAbout, isLike, keptFields, updatedFields } from "./update.ts";

const noBody = Buffer.alloc(0);
const noConditions: Conditions = { noneMatch: undefined, modifiedSince: undefined };
const reading = new Set(["GET", "HEAD"]);
/** RFC 9110 §9.2.1, RFC 10008 §2. */
const safe = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"]);
/** What only the service can judge (RFC 9111 §4.3.2), or makes its answer one of another kind. */
const bypassing = ["range", "if-range", "if-match", "if-unmodified-since", "upgrade"];

export function createHttpWay(shared: Shared) {
  const { options, marks, store, platform } = shared;

  function askedOf(request: PolicyRequest): Asked {
    const { method } = request;
    const address = addressOf(request);
    const directives = parseDirectives(request.field("cache-control"));
    const bypasses =
      request.hasBody ||
      directives.has("no-store") ||
      bypassing.some((name) => request.field(name) !== undefined);
    const isRead = reading.has(method) && !bypasses;
    const { serviceName, routeId, authority } = request;
    const part = partOf(request, options.per);
    // The service may see both hosts, the one that a proxy tells and the one that it asked for.
    const key = `${part} ${serviceName}.${routeId} ${authority} ${address}`;
    const conditions = {
      noneMatch: request.field("if-none-match"),
      modifiedSince: request.field("if-modified-since"),
    };
    const isConditional = Object.values(conditions).some((value) => value !== undefined);
    return newAsked(request, {
      kind: isRead ? "read" : safe.has(method) ? "other" : "write",
      key,
      directives,
      why: reading.has(method) ? "bypass" : "method",
      mayLead: method === "GET" && (!isConditional || request.isRepeat),
      conditions: request.isRepeat ? noConditions : conditions,
    });
  }

  function versionOf(request: PolicyRequest): Version {
    const writes = options.forgetOnWrite ? marks.numberOf(request.serviceName) : 0;
    const purges = marks.purgesOf(request.serviceName);
    return { address: marks.numberOf(addressOf(request)) + purges, writes };
  }

  function answerFrom(asked: Asked, kept: KeptAnswer): Answered {
    const nowMs = platform.clock.monotonicMs();
    const age = ["age", String(Math.max(0, Math.floor(ageMsOf(kept, nowMs) / 1_000)))] as const;
    const { status, fields, body } = kept;
    if (hasAlready(kept, asked.conditions, platform.clock.nowMs())) {
      const told = [...notModifiedFields(kept), age];
      return { kind: "answer", response: { status: 304, fields: told, body: noBody } };
    }
    return { kind: "answer", response: { status, fields: [...fields, age], body } };
  }

  function wayOf(request: PolicyRequest): Way {
    const fits = (kept: Kept): boolean => kept.kind === "http" && fitsVary(request, kept.vary);
    return {
      fits,
      versionOf: () => versionOf(request),
      answer: (asked, kept) => answerFrom(asked, kept as KeptAnswer),
      find(asked) {
        asked.why = store.hasAny(asked.key) ? "vary-miss" : "uri-miss";
        const found = store.find(asked.key, fits);
        if (found === undefined || stillHolds(found, asked.version)) return found;
        store.drop(asked.key, found);
        asked.why = "uri-miss";
        return undefined;
      },
      validate(kept) {
        const { fields } = kept as KeptAnswer;
        request.dropRequestField("if-none-match");
        request.dropRequestField("if-modified-since");
        const tag = fieldIn(fields, "etag");
        const changed = fieldIn(fields, "last-modified");
        if (tag !== undefined) request.addRequestField("If-None-Match", tag);
        if (changed !== undefined) request.addRequestField("If-Modified-Since", changed);
      },
    };
  }

  /** RFC 9111 §4.4: after what did not fail. */
  function forget(request: PolicyRequest, answer: PolicyAnswer): void {
    if (answer.status < 200 || answer.status >= 400) return;
    const address = addressOf(request);
    marks.note(address);
    if (options.forgetOnWrite) marks.note(request.serviceName);
    for (const name of ["location", "content-location"]) {
      const other = answer.field(name);
      const url = other === undefined ? null : URL.parse(other, address);
      // Others' addresses are not for this service to forget.
      if (url !== null && url.origin === URL.parse(address)?.origin) marks.note(withoutHash(url));
    }
  }

  /** An answer that says: what you have is right. */
  function renew(
    request: PolicyRequest,
    asked: Asked,
    kept: KeptAnswer,
    answer: PolicyAnswer,
  ): Answered {
    if (!isAbout(kept, answer)) {
      store.drop(asked.key, kept);
      land(asked, undefined);
      return answerFrom(asked, kept);
    }
    const fields = updatedFields(kept.fields, answer.fields, date());
    const field = (name: string): string | undefined =>
      name === "age" ? answer.field("age") : fieldIn(fields, name);
    const moments = { requestedMs: asked.requestedMs, receivedMs: platform.clock.nowMs() };
    const authorized = request.field("authorization") !== undefined;
    const defaults = defaultsFor(options, request.serviceName, request.operation);
    const unseen = variesUnseen(request, fieldIn(fields, "vary"));
    const lifetime =
      unseen === undefined
        ? judgeAnswer(kept.status, field, authorized, moments, defaults)
        : { unkept: unseen };
    const isKept = !("unkept" in lifetime);
    tell(request, asked, { status: 304, isStored: isKept });
    const next: KeptAnswer = {
      ...kept,
      fields,
      vary: isKept ? varyOf(request, fieldIn(fields, "vary"), lifetime.isTimed) : kept.vary,
      lifetime: isKept ? lifetime : kept.lifetime,
      version: asked.version,
      receivedMs: platform.clock.monotonicMs(),
      bytes: bytesOf(asked.key, fields, kept.body),
    };
    if (isKept) store.put(asked.key, next, (earlier) => earlier === kept);
    else store.drop(asked.key, kept);
    land(asked, isKept ? next : undefined);
    return answerFrom(asked, next);
  }

  const date = (): string => new Date(platform.clock.nowMs()).toUTCString();

  function tell(
    request: PolicyRequest,
    { why }: Asked,
    more: Parameters<typeof forwardedStatus>[1],
  ): undefined {
    if (options.cacheStatus) request.addAnswerField("Cache-Status", forwardedStatus(why, more));
    return undefined;
  }

  function land(asked: Asked, brought: Kept | "again" | undefined): void {
    asked.flight?.land(brought);
    asked.flight = undefined;
  }

  return {
    begin(request: PolicyRequest): ReturnType<typeof decide> {
      const asked = askedOf(request);
      shared.underWay.set(request, asked);
      if (asked.kind !== "read") return undefined;
      return decide(shared, request, asked, wayOf(request));
    },

    onAnswer(request: PolicyRequest, asked: Asked, answer: PolicyAnswer): Answered | undefined {
      const { status } = answer;
      if (asked.kind === "write") forget(request, answer);
      if (asked.kind !== "read") return tell(request, asked, { status });
      const { found } = asked;
      if (found !== undefined && status === 304) {
        return renew(request, asked, found as KeptAnswer, answer);
      }
      if (status >= 500 && status !== 501) {
        const instead = insteadOfError(shared, request, asked, wayOf(request), { status });
        if (instead !== undefined) return instead;
      }
      const moments = { requestedMs: asked.requestedMs, receivedMs: platform.clock.nowMs() };
      const authorized = request.field("authorization") !== undefined;
      const timed = request.field("cookie") === undefined ? request.operation : undefined;
      const defaults = defaultsFor(options, request.serviceName, timed);
      const unseen = variesUnseen(request, answer.field("vary"));
      const judged =
        unseen === undefined
          ? judgeAnswer(status, answer.field, authorized, moments, defaults)
          : { unkept: unseen };
      if (request.method === "HEAD") {
        if (found !== undefined && !isLike(found as KeptAnswer, answer))
          store.drop(asked.key, found);
        return tell(request, asked, { status });
      }
      if (!("unkept" in judged)) {
        asked.lifetime = judged;
        const length = Number(answer.field("content-length") ?? 0);
        const isStored = length <= options.answerBytesMax;
        return tell(request, asked, { status, isStored });
      }
      // What was kept is not what the service says now.
      if (found !== undefined && status < 500) store.drop(asked.key, found);
      asked.isMomentary =
        options.coalesce === "all" && unseen === undefined && isForNow(status, answer.field);
      if (!asked.isMomentary) goApart(asked);
      return tell(request, asked, { status, detail: judged.unkept });
    },

    tapAnswer(request: PolicyRequest, asked: Asked): AnswerTap | undefined {
      const { lifetime } = asked;
      if (request.method !== "GET" || (lifetime === undefined && !asked.isMomentary))
        return undefined;
      let kept: { status: number; fields: Fields } | undefined;
      const chunks: Buffer[] = [];
      let length = 0;
      return {
        begin(status, fields) {
          kept = { status, fields: keptFields(fields, date()) };
        },
        push(bytes) {
          if (kept === undefined) return;
          length += bytes.length;
          if (length <= options.answerBytesMax) return void chunks.push(Buffer.from(bytes));
          kept = undefined;
          chunks.length = 0;
          goApart(asked);
        },
        end() {
          if (kept === undefined) return;
          const { status, fields } = kept;
          const body = Buffer.concat(chunks, length);
          const isUnsaid = asked.isMomentary || lifetime?.isTimed === true;
          const whole: KeptAnswer = {
            kind: "http",
            status,
            fields,
            body,
            vary: varyOf(request, fieldIn(fields, "vary"), isUnsaid),
            lifetime: lifetime ?? momentary,
            version: asked.version,
            receivedMs: platform.clock.monotonicMs(),
            bytes: bytesOf(asked.key, fields, body),
          };
          if (lifetime !== undefined) {
            store.put(
              asked.key,
              whole,
              (earlier) =>
                earlier === asked.found ||
                (earlier.kind === "http" && fitsVary(request, earlier.vary)),
            );
          }
          land(asked, whole);
        },
        abort() {},
      };
    },

    wayOf,
  };

  /** Others do not wait for answers like this for a while. */
  function goApart(asked: Asked): void {
    if (asked.flight !== undefined) {
      shared.flights.goApart(asked.flight, platform.clock.monotonicMs());
    }
  }
}

/** What was asked for never has a fragment. */
function withoutHash(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length);
}

/** Whether those who ask at the same moment may have the same answer, though none later. */
function isForNow(status: number, field: (name: string) => string | undefined): boolean {
  const said = parseDirectives(field("cache-control"));
  const forbids = ["no-store", "no-cache", "private", "max-age", "s-maxage"];
  const isSuccess = status >= 200 && status < 300 && status !== 206;
  if (field("set-cookie") !== undefined || field("vary")?.includes("*") === true) return false;
  return isSuccess && !forbids.some((name) => said.has(name));
}
