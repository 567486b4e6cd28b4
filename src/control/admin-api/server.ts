/** The admin port: answers with the operation that openapi.yaml names for an address. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { assert } from "#base/assert.ts";
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { problems } from "#control/problems.ts";
import { checkQuery } from "./check-query.ts";
import { readDescription, type Description } from "./description.ts";
import { refusalOf } from "./guard.ts";
import type { Estate, OperationAnswer } from "./operation.ts";
import { operations } from "./operations.ts";

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

const connectionsMax = 256;
const serverLimits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
};

/** Rejects with the system's error when the port cannot be had. */
export function startAdminServer(
  platform: Platform,
  log: Log,
  where: { readonly host: string; readonly port: number },
  estate: Estate,
): Promise<AdminServer> {
  let description: Promise<Description> | undefined;
  const describe = () => (description ??= readDescription(platform.files));
  const server = platform.sockets.createHttpServer(serverLimits, (request, response) => {
    const refusal = guarded(request, where.host);
    if (refusal !== undefined) return send(request, response, refusal);
    void answerSafely(request, estate, describe, log).then((answer) =>
      send(request, response, answer),
    );
  });
  server.maxConnections = connectionsMax;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => close(server),
      });
    });
  });
}

function guarded({ headers }: IncomingMessage, adminHost: string): OperationAnswer | undefined {
  const problem = refusalOf(headers, adminHost);
  return problem && { kind: "problem", problem };
}

async function answerSafely(
  request: IncomingMessage,
  estate: Estate,
  describe: () => Promise<Description>,
  log: Log,
): Promise<OperationAnswer> {
  try {
    return await answerTo(request, estate, await describe());
  } catch (error) {
    const reason = error instanceof Error ? error.stack : String(error);
    log.error("operation-failed", "an operation of the admin API failed", { reason });
    const problem = problems["operation-failed"]("the log says why");
    return { kind: "problem", problem };
  }
}

function answerTo(
  { method = "", url = "" }: IncomingMessage,
  estate: Estate,
  { document, addresses, find, queries }: Description,
): OperationAnswer | Promise<OperationAnswer> {
  const [path = "", search] = url.split(/\?(.*)/s, 2);
  const found = find(path);
  if (found === undefined) {
    const known = [...addresses.keys()].join(", ");
    const problem = problems["unknown-operation"](
      `nothing is at ${JSON.stringify(path.slice(0, 100))}; there are ${known}`,
    );
    return { kind: "problem", problem };
  }
  const { methods, parameters } = found;
  const operationId = methods.get(method === "HEAD" ? "GET" : method);
  if (operationId === undefined) {
    const allowed = [...methods.keys()].join(", ");
    const problem = problems["operation-method"](`${path} takes ${allowed}, not ${method}`);
    const allow = allowed.replace(/\bGET\b/, "GET, HEAD");
    return { kind: "problem", problem, allow };
  }
  const operation = operations[operationId];
  assert(operation !== undefined, `operation ${operationId} has no function`);
  const query = new URLSearchParams(search);
  const problem = checkQuery(query, queries.get(operationId) ?? []);
  if (problem !== undefined) return { kind: "problem", problem };
  return operation({
    query,
    parameters,
    estate,
    description: document,
  });
}

function send(request: IncomingMessage, response: ServerResponse, answer: OperationAnswer): void {
  const { status, type, body } = render(answer);
  // No operation reads a body, so a connection that brings one ends here.
  const hasBody = request.headers["content-length"] !== undefined || isChunked(request);
  if (hasBody) response.setHeader("Connection", "close");
  if (answer.kind === "problem" && answer.allow !== undefined) {
    response.setHeader("Allow", answer.allow);
  }
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(body);
}

function isChunked({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined;
}

function render(answer: OperationAnswer): {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
} {
  switch (answer.kind) {
    case "text": {
      const { status, text: body, type = "text/plain; charset=utf-8" } = answer;
      return { status, type, body };
    }
    case "bytes":
      return { status: 200, type: answer.type, body: answer.bytes };
    case "json":
      return {
        status: answer.status ?? 200,
        type: "application/json",
        body: JSON.stringify(answer.value),
      };
    case "problem":
      return renderProblem(answer.problem);
  }
}

function renderProblem({ definition, detail }: Problem) {
  const { code, title, httpStatus: status, blame: fault } = definition;
  const type = `urn:parlance:problem:${code}`;
  const body = JSON.stringify({ type, title, status, detail, code, fault });
  return { status, type: "application/problem+json", body };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
