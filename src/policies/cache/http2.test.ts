/** Callers that speak HTTP/2 get what is kept as others do. */
import assert from "node:assert/strict";
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import test from "node:test";
import { saying, startCached } from "./cached-service-fixture.ts";

interface Got {
  readonly headers: IncomingHttpHeaders & { readonly ":status"?: number };
  readonly text: string;
}

function ask(session: ClientHttp2Session, more: Record<string, string>): Promise<Got> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/up/a", ...more });
    let headers: IncomingHttpHeaders = {};
    let text = "";
    stream.on("response", (got) => (headers = got));
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    stream.on("error", reject).on("end", () => resolve({ headers, text }));
  });
}

test("whole, without content for HEAD, and as 304", async (context) => {
  const fields = { "cache-control": "max-age=60", etag: '"a"' };
  const service = await startCached(context, {}, saying(fields));
  const session = connect(`http://127.0.0.1:${service.port}`);
  context.after(() => session.close());
  await ask(session, {});
  const whole = await ask(session, {});
  assert.equal(whole.text, "answer 1");
  assert.match(String(whole.headers["cache-status"]), /hit/);
  const head = await ask(session, { ":method": "HEAD" });
  assert.equal(head.text, "");
  assert.equal(head.headers["content-length"], "8");
  const same = await ask(session, { "if-none-match": '"a"' });
  assert.equal(same.headers[":status"], 304);
  assert.equal(same.headers["content-length"], undefined);
  assert.equal(service.asked.length, 1);
});
