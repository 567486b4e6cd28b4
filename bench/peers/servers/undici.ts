/** The least that node:http and undici can do as a proxy; drops no header, checks nothing. */
import http from "node:http";
import https from "node:https";
import { Pool } from "undici";
import { settings } from "./arguments.ts";

const pool = new Pool(settings.target, { connections: 128, pipelining: 1 });

function proxy(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method = "GET", url = "/" } = request;
  const hasBody = method !== "GET" && method !== "HEAD";
  const { connection: _, host: __, ...headers } = request.headers;
  const options = {
    path: url,
    method,
    headers: { ...headers, "x-forwarded-for": request.socket.remoteAddress ?? "" },
    body: hasBody ? request : null,
  };
  pool.dispatch(options, {
    onRequestStart: (controller) => {
      response.on("drain", () => controller.resume());
      // A caller that leaves while the answer is paused would hold its connection for ever.
      response.on("close", () => {
        if (!response.writableFinished) controller.abort(new Error("the caller left"));
      });
    },
    onResponseStart: (_controller, status, answerHeaders) => {
      const { connection: ___, "keep-alive": ____, ...kept } = answerHeaders;
      response.writeHead(status, kept);
    },
    onResponseData: (controller, chunk) => {
      if (!response.write(chunk)) controller.pause();
    },
    onResponseEnd: () => response.end(),
    onResponseError: () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    },
  });
}

const server =
  settings.tls === undefined ? http.createServer(proxy) : https.createServer(settings.tls, proxy);
server.listen(settings.port, "127.0.0.1", 4096);
