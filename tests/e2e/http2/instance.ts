/** An HTTP/1.1 instance on node:http whose paths behave in the ways that the tests ask for. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";

export interface Instance {
  readonly port: number;
  /** Requests whose sockets closed before their answers were whole. */
  readonly cutOff: () => number;
}

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const block = Buffer.alloc(64 * 1024, "x");

/** Tells what came, and sends the body back. */
const echo: Behaviour = (request, response) => {
  response.setHeader("x-seen", JSON.stringify({ method: request.method, ...request.headers }));
  response.setHeader("set-cookie", ["a=1", "b=2"]);
  request.pipe(response);
};

const behaviours: Readonly<Record<string, Behaviour>> = {
  "/fixed": (_request, response) => void response.setHeader("content-length", 5).end("fixed"),
  "/trailers": (request, response) => {
    response.writeHead(200, { trailer: "x-sum" });
    let bytes = 0;
    request.on("data", (chunk: Buffer) => (bytes += chunk.length));
    request.on("end", () => {
      response.write("data");
      response.addTrailers({ "x-sum": `${bytes} ${JSON.stringify(request.trailers)}` });
      response.end();
    });
  },
  "/early": (_request, response) => {
    response.writeEarlyHints({ link: "</a.css>; rel=preload" });
    setTimeout(() => response.end("late"), 20);
  },
  "/none": (_request, response) => void response.writeHead(204).end(),
  "/unchanged": (_request, response) => void response.writeHead(304, { etag: '"1"' }).end(),
  "/reset-content": (_request, response) => void response.writeHead(205).end(),
  "/cut": (_request, response) => {
    response.write("part");
    setTimeout(() => response.socket?.destroy(), 50);
  },
  "/cut-sized": (_request, response) => {
    response.writeHead(200, { "content-length": 100 }).write("part");
    setTimeout(() => response.socket?.destroy(), 50);
  },
  "/never": () => undefined,
  "/slow": (_request, response) => void setTimeout(() => response.end("slow"), 400),
  "/endless": (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(block));
    };
    response.on("drain", more);
    more();
  },
  /** Reads nothing of the body for a while. */
  "/unread": (request, response) => {
    let bytes = 0;
    request.on("end", () => response.end(`${bytes}`));
    setTimeout(() => request.on("data", (more: Buffer) => (bytes += more.length)), 500);
  },
  "/refuse-chunked": (_request, response) => {
    response.writeHead(403).write("no");
    setTimeout(() => response.end("thing"), 50);
  },
  "/refuse-body": (_request, response) => void response.writeHead(403).end("no"),
};

export async function startInstance(context: Pick<TestContext, "after">): Promise<Instance> {
  let cutOff = 0;
  const url = await listenHttp(context, (request, response) => {
    const path = (request.url ?? "").split("?")[0] as string;
    request.on("error", () => undefined);
    response.on("close", () => {
      if (!response.writableFinished) cutOff++;
    });
    (behaviours[path] ?? echo)(request, response);
  });
  return { port: Number(new URL(url).port), cutOff: () => cutOff };
}
