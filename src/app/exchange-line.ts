/** The log line of an exchange. Of the request it says method and path: no query, no header. */
import type { Log, LogFields } from "#base/log.ts";
import type { Problem } from "#base/problem.ts";
import { faultTable } from "#call/fault-table.ts";
import type { Log as LogOptions } from "#configuration/configuration.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";

export function logExchange(
  log: Log,
  exchange: ExchangeRecord,
  which: LogOptions["exchanges"],
): void {
  if (which === "none") return;
  const isFailure = failed(exchange);
  if (which === "failures" && !isFailure) return;
  const message = messageOf(exchange);
  log[isFailure ? "warn" : "info"]("exchange", message, fieldsOf(exchange));
}

/**
 * Whoever was refused by rule is no failure; what we, a service or the caller broke off is. A fault
 * that the contract declares is an answer like any other, unless it says that the service broke.
 */
function failed({ problem, fault, aborted }: ExchangeRecord): boolean {
  if (aborted) return true;
  const blame = problem?.definition.blame ?? fault?.blame;
  if (blame !== "gateway" && blame !== "service") return false;
  const isDeclared = problem === undefined && fault?.declared !== undefined;
  return !isDeclared || faultTable[fault.faultKind].http >= 500;
}

/** What a service said of its failure is its own text, of any length. */
const messageLengthMax = 1_000;

function messageOf({ problem, fault, aborted }: ExchangeRecord): string {
  const message = problem?.detail ?? fault?.message;
  if (message !== undefined) return message.slice(0, messageLengthMax);
  return aborted ? "the caller went away" : "done";
}

function causeOf({ problem, fault }: ExchangeRecord): string | undefined {
  const cause = problem?.cause ?? fault?.cause;
  if (cause instanceof Error) return cause.message.slice(0, messageLengthMax);
  return typeof cause === "string" ? cause.slice(0, messageLengthMax) : undefined;
}

function whatOf(reported: Problem | undefined): string | undefined {
  return typeof reported?.cause === "string" ? reported.cause : reported?.detail;
}

function fieldsOf(exchange: ExchangeRecord): LogFields {
  const { caller, hasHead, snapshot, route, callerIndex, problem, fault } = exchange;
  const name = callerIndex === undefined ? undefined : snapshot?.callerName(callerIndex);
  return {
    exchange: exchange.id,
    requestId: exchange.requestId === exchange.id ? undefined : exchange.requestId,
    method: hasHead ? caller.head.method : undefined,
    path: hasHead ? caller.head.path : undefined,
    protocol: caller.protocol,
    peer: caller.peer.address,
    caller: name === "" ? undefined : name,
    service: route?.service.name,
    route: route?.route.id,
    instance: exchange.instance?.url,
    status: exchange.status,
    problem: problem?.definition.code,
    fault: problem === undefined ? fault?.code : undefined,
    kind: problem?.definition.faultKind ?? fault?.faultKind,
    place: problem === undefined ? fault?.place : undefined,
    blame: problem?.definition.blame ?? fault?.blame,
    policy: exchange.decidedBy,
    cause: causeOf(exchange),
    aborted: exchange.aborted ? true : undefined,
    reported: exchange.reported?.definition.code,
    reportedWhat: whatOf(exchange.reported)?.slice(0, messageLengthMax),
    reportedPlace: exchange.reported?.place,
    attempts: exchange.attempts > 1 ? exchange.attempts : undefined,
    requestBytes: exchange.requestBytes,
    responseBytes: exchange.responseBytes,
    firstByteMs: exchange.firstByteMs === 0 ? undefined : since(exchange, exchange.firstByteMs),
    durationMs: since(exchange, exchange.endedMs),
  };
}

function since({ startedMs }: ExchangeRecord, ms: number): number {
  return Math.round((ms - startedMs) * 100) / 100;
}
