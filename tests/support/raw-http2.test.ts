/** The hand-made frames are understood by node:http2. */
import assert from "node:assert/strict";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { rawHttp2 } from "./raw-http2.ts";

test("node:http2 understands a request with a long field, a body and a trailer", async (context) => {
  const seen: unknown[] = [];
  const server = http2.createServer();
  server.on("stream", (stream, headers) => {
    let body = "";
    stream.on("data", (bytes: Buffer) => (body += bytes.toString("latin1")));
    stream.on("trailers", (trailers) => seen.push(trailers["x-sum"]));
    stream.on("end", () => {
      seen.push(headers[":path"], headers["x-long"], body);
      stream.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const result = await rawHttp2((server.address() as AddressInfo).port, {
    fields: [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/x"],
      [":authority", "a.test"],
      ["x-long", "y".repeat(300)],
    ],
    body: "abc",
    trailers: [["x-sum", "1"]],
  });
  assert.ok(result.answered);
  assert.equal(result.body, "ok");
  assert.deepEqual(seen, ["1", "/x", "y".repeat(300), "abc"]);
});
