/** Requests as callers send them: HTTP/1.1 and HTTP/2, whole, with trailers. */
import { Agent, request as http1Request } from "node:http";
import type { TestContext } from "node:test";
import type { UpstreamRequest, UpstreamResponse } from "#extension/protocol.ts";
import { ask, openSession } from "#tests/e2e/http2/client.ts";

type Scope = Pick<TestContext, "after">;
type Exchange = (request: UpstreamRequest) => Promise<UpstreamResponse>;

/** @param prefix before the target of every request. */
export function overHttp1(scope: Scope, port: number, prefix: string): Exchange {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  scope.after(() => agent.destroy());
  return ({ method, target, fields, body }) =>
    new Promise((resolve, reject) => {
      const headers = { ...Object.fromEntries(fields), "content-length": body.length };
      const options = { host: "127.0.0.1", port, method, path: prefix + target, headers, agent };
      const sent = http1Request(options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const { statusCode = 0, headers: given, trailers } = answer;
          resolve({
            status: statusCode,
            field: (name) => textOf(given[name]),
            body: Buffer.concat(chunks),
            trailer: (name) => trailers[name],
          });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
}

export function overHttp2(scope: Scope, port: number): Exchange {
  const session = openSession(scope, port);
  return async ({ method, target, fields, body }) => {
    const sent = { method, fields: Object.fromEntries(fields), body };
    const answer = await ask(session, target, sent);
    const { trailers } = answer;
    return {
      status: answer.status,
      field: (name) => textOf(answer.fields[name]),
      body: answer.body,
      ...(trailers === undefined ? {} : { trailer: (name: string) => textOf(trailers[name]) }),
    };
  };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
