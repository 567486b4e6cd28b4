/** The configurations and the request that docs/guides/once-only.md shows. */
import assert from "node:assert/strict";
import test from "node:test";
import { readProjectFile } from "#tests/support/source-files.ts";
import { startStandIn, startTranslating } from "../translate/stand.ts";

const guide = readProjectFile("docs/guides/once-only.md");
const blocks = [...guide.matchAll(/^```(?:yaml|sh)\n(.*?)^```/gms)].map(([, text = ""]) => text);
const key = "key-of-storefront-0123456789";

test("the request of the guide is carried out once, and counted by its quota", async (context) => {
  const [yaml = "", curl = "", quotas = ""] = blocks;
  const service = await startStandIn(context, ({ body }) => ({ status: 201, body: `got ${body}` }));
  const policies = quotas.replace(/^policies:\n/, "").replaceAll(/^/gm, "    ");
  const text = yaml
    .replace(/^version: 1\n|^listen: .*\n/gm, "")
    .replace("http://127.0.0.1:9101", service.url)
    .replace("${STOREFRONT_KEY}", key)
    .replace(/^callers:/m, `${policies.trimEnd()}\ncallers:`);
  const gateway = await startTranslating(context, { text: `listen: {}\n${text}`, files: {} });
  const headers = { "x-api-key": key, "idempotency-key": "" };
  headers["idempotency-key"] = /Idempotency-Key: ([^']+)/.exec(curl)?.[1] ?? "";
  const body = /-d '([^']+)'/.exec(curl)?.[1] ?? "";
  const path = /8080(\S+)/.exec(curl)?.[1] ?? "";
  for (const left of [9_999, 9_998]) {
    const answer = await fetch(`${gateway.url}${path}`, { method: "POST", headers, body });
    assert.equal(answer.status, 201);
    assert.equal(await answer.text(), `got ${body}`);
    assert.match(answer.headers.get("ratelimit") ?? "", new RegExp(`^"free-plan";r=${left};t=`));
    assert.equal(answer.headers.get("idempotent-replayed"), left === 9_999 ? null : "true");
  }
  assert.equal(service.requests.length, 1);
});
