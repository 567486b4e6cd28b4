/** Runs the HTTP/2 vectors; the verdict comes from what the service got in HTTP/1.1. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { basePath } from "#tests/support/gateway-under-test.ts";
import { judgeRequests } from "#tests/support/judge-requests.ts";
import { mediated } from "#tests/support/mediated.ts";
import { rawHttp2 } from "#tests/support/raw-http2.ts";
import { http2Vectors } from "./vectors/http2.ts";

test("a plain request over HTTP/2 is answered, so that the verdicts mean something", async (context) => {
  const { port, upstream } = await mediated(context);
  const result = await rawHttp2(port, {
    fields: [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/echo/x"],
      [":authority", "gateway.test"],
      ["content-length", "3"],
    ],
    body: "abc",
  });
  assert.ok(result.answered);
  assert.equal(result.body, "POST /base/x");
  assert.equal(upstream.requests()[0]?.body, "abc");
});

const classes = [...new Set(http2Vectors.map((vector) => vector.class))];

for (const name of classes) {
  describe(`smuggling over HTTP/2: ${name}`, { concurrency: 8 }, () => {
    for (const vector of http2Vectors.filter((own) => own.class === name)) {
      test(vector.name, async (context) => {
        const { port, upstream } = await mediated(context);
        await rawHttp2(port, vector);
        const received = upstream.connections();
        const reasons = judgeRequests({ sent: undefined, requestsMax: 1, received, basePath });
        assert.deepEqual(reasons, [], received.map(String).join("\n---\n"));
        for (const request of upstream.requests()) {
          if (request.body !== "") assert.equal(request.body, vector.body);
        }
      });
    }
  });
}
