import assert from "node:assert/strict";
import test from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";

test("nothing is sent, and callers read the message and when to come again", async (context) => {
  const policies = [{ maintenance: { message: "back at eight", retryAfterS: 1_800 } }];
  const { url, asked } = await startPoliced(context, policies);
  const answer = await fetch(url);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "1800");
  assert.equal(((await answer.json()) as { detail: string }).detail, "back at eight");
  assert.equal(asked(), 0);
});
