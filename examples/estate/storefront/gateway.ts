/** The storefront's only way to other services: calls through the gateway, each one noted. */
import { errorMessage } from "./payment-xml.ts";

export interface GatewayOptions {
  readonly url: string;
  readonly key: string;
}

/** What the page shows of a call. */
export interface Step {
  /** In plain words. */
  readonly what: string;
  readonly method: string;
  readonly address: string;
  /** Absent when nothing answered. */
  readonly status?: number;
  readonly durationMs: number;
  /** `Parlance-Exchange`: the id under which the gateway knows this call. */
  readonly exchange?: string;
  /** `Parlance-Fault`: who broke it. */
  readonly fault?: string;
  /** What the answer says, when its status alone would mislead. */
  readonly note?: string;
  /** Why it failed, in the words of whoever refused it. */
  readonly trouble?: string;
}

export interface CallRequest {
  readonly what: string;
  readonly method: "GET" | "POST" | "PUT";
  /** `/{service}/{path of the contract}` */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept: string;
  readonly idempotencyKey?: string;
}

export interface CallAnswer {
  readonly ok: boolean;
  readonly status: number | undefined;
  readonly text: string;
  readonly step: Step;
}

const callMs = 10_000;

export type Gateway = ReturnType<typeof createGateway>;

export function createGateway({ url, key }: GatewayOptions) {
  const base = url.replace(/\/$/, "");

  async function call(request: CallRequest, traceparent?: string): Promise<CallAnswer> {
    const { what, method, body } = request;
    const address = base + request.path;
    const headers: Record<string, string> = { "x-api-key": key, accept: request.accept };
    if (request.contentType !== undefined) headers["content-type"] = request.contentType;
    if (request.idempotencyKey !== undefined) headers["idempotency-key"] = request.idempotencyKey;
    if (traceparent !== undefined) headers["traceparent"] = traceparent;
    const startedMs = performance.now();
    const sofar = (): { what: string; method: string; address: string; durationMs: number } => ({
      what,
      method,
      address,
      durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
    });
    try {
      const signal = AbortSignal.timeout(callMs);
      const init =
        body === undefined ? { method, headers, signal } : { method, headers, signal, body };
      const answer = await fetch(address, init);
      const text = await answer.text();
      const step: Step = {
        ...sofar(),
        status: answer.status,
        ...optional("exchange", answer.headers.get("parlance-exchange")),
        ...optional("fault", answer.headers.get("parlance-fault")),
        ...(answer.ok ? {} : { trouble: troubleIn(text, answer) }),
      };
      return { ok: answer.ok, status: answer.status, text, step };
    } catch (error) {
      const step: Step = { ...sofar(), trouble: troubleOf(error) };
      return { ok: false, status: undefined, text: "", step };
    }
  }

  /** An event stream, open until `signal` aborts. */
  function follow(path: string, lastEventId: string | undefined, signal: AbortSignal) {
    const headers: Record<string, string> = { "x-api-key": key, accept: "text/event-stream" };
    if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
    return fetch(base + path, { headers, signal });
  }

  return { url: base, call, follow };
}

function optional(name: string, value: string | null): Record<string, string> {
  return value === null ? {} : { [name]: value };
}

/** The reason in a problem document or an XML error, else the status line. */
function troubleIn(text: string, answer: Response): string {
  const type = answer.headers.get("content-type") ?? "";
  if (type.includes("json")) {
    try {
      const problem = JSON.parse(text) as { title?: string; detail?: string };
      const said = problem.detail ?? problem.title;
      if (typeof said === "string") return said;
    } catch {
      // Not what it claims to be; the status line says enough.
    }
  }
  const message = type.includes("xml") ? errorMessage(text) : undefined;
  return message ?? `${answer.status} ${answer.statusText}`.trim();
}

function troubleOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return `no answer within ${callMs / 1000} seconds`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  if (code === "ECONNREFUSED") return "nothing listens at the gateway's address";
  return `no answer (${code ?? String(error)})`;
}
