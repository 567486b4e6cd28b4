/** The log line of an exchange. Of the request it says method and path: no query, no header. */
import type { Log, LogFields } from "#base/log.ts";
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
  const { problem } = exchange;
  const message = problem === undefined ? messageOf(exchange) : problem.detail;
  log[isFailure ? "warn" : "info"]("exchange", message, fieldsOf(exchange));
}

/** Whoever was refused by rule is no failure; what we, a service or the caller broke off is. */
function failed({ problem, aborted }: ExchangeRecord): boolean {
  if (aborted) return true;
  if (problem === undefined) return false;
  const { blame } = problem.definition;
  return blame === "gateway" || blame === "service";
}

function messageOf({ aborted }: ExchangeRecord): string {
  return aborted ? "the caller went away" : "done";
}

function fieldsOf(exchange: ExchangeRecord): LogFields {
  const { caller, hasHead, snapshot, route, callerIndex, problem } = exchange;
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
    blame: problem?.definition.blame,
    cause: problem?.cause instanceof Error ? problem.cause.message : undefined,
    aborted: exchange.aborted ? true : undefined,
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
