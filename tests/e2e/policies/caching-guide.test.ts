/** What docs/guides/caching.md shows, before a service that comes, goes and comes back. */
import assert from "node:assert/strict";
import test from "node:test";
import { codeBlocks } from "#tests/documentation/markdown.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "#tests/e2e/translate/stand.ts";
import { readProjectFile } from "#tests/support/source-files.ts";

const guide = { path: "docs/guides/caching.md", text: readProjectFile("docs/guides/caching.md") };
const [configuration, contract] = codeBlocks(guide).filter(({ language }) => language === "yaml");

test("the guide's service is asked once, is forgotten after a write, and has its fallback", async (context) => {
  assert.ok(configuration !== undefined && contract !== undefined);
  let count = 0;
  const answer = (): ServiceAnswer => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: "7", name: `lamp ${++count}` }),
  });
  const service = await startStandIn(context, answer);
  const { url } = await startTranslating(context, {
    text: configuration.text
      .replace("version: 1\n", "")
      .replace("http://127.0.0.1:9101", service.url),
    files: { "catalog.openapi.yaml": contract.text },
  });
  const get = async (path = "7") => {
    const response = await fetch(`${url}/catalog/products/${path}`);
    const field = (name: string): string | null => response.headers.get(name);
    return { text: await response.text(), cache: field("cache-status"), field };
  };
  assert.equal((await get()).cache, "parlance; fwd=uri-miss; fwd-status=200; stored");
  const hit = await get();
  assert.match(hit.cache ?? "", /^parlance; hit; ttl=(5\d|60)$/);
  assert.match(hit.text, /lamp 1/);
  service.answer = () => ({ status: 204, body: "" });
  const body = JSON.stringify({ id: "7", name: "other" });
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/catalog/products/7`, { method: "PUT", headers, body });
  service.answer = answer;
  assert.match((await get()).text, /lamp 2/);
  service.answer = () => ({ body: "break" });
  assert.match((await get()).text, /lamp 2/);
  const fallback = await get("8");
  assert.match(fallback.text, /not known at present/);
  assert.equal(fallback.field("parlance-fallback"), "instance-closed");
});
