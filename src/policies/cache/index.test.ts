import assert from "node:assert/strict";
import test from "node:test";
import { saying, startCached } from "./cached-service-fixture.ts";

test("an answer that may be kept is given again, with its age, until its time is over", async (context) => {
  const service = await startCached(context, {}, saying({ "cache-control": "max-age=60" }));
  const first = await service.get("a");
  assert.equal(first.text, "answer 1");
  assert.equal(first.cache, "parlance; fwd=uri-miss; fwd-status=200; stored");
  service.passSeconds(20);
  const second = await service.get("a");
  assert.equal(second.text, "answer 1");
  // Date tells whole seconds, and time passes here too.
  assert.match(second.headers.get("age") ?? "", /^2\d$/);
  assert.match(second.cache, /^parlance; hit; ttl=(3\d|40)$/);
  assert.equal(second.headers.get("date"), first.headers.get("date"));
  service.passSeconds(41);
  const third = await service.get("a");
  assert.equal(third.text, "answer 2");
  assert.equal(service.asked.length, 2);
});
