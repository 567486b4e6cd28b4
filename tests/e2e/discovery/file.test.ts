/** Instances that stand in a file of their own. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { replaceFile, runGateway, runService } from "#tests/e2e/running/run-gateway.ts";

const configurationOf = (file: string): string => `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 2 }
callers: open
ledger: off
services: { up: { discover: { file: ${file} } } }
`;

async function start(context: TestContext, list: string) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-list-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "instances.yaml");
  writeFileSync(file, list);
  return { ...(await runGateway(context, configurationOf(file))), file };
}

const ask = async (url: string): Promise<string> => (await fetch(`${url}/up/`)).text();

test("a list in YAML or JSON is taken anew when it changes, and a bad one is not", async (context) => {
  const [one, two] = [await runService(context, "one"), await runService(context, "two")];
  const gateway = await start(context, `- ${one.url}\n`);
  assert.equal(await ask(gateway.url), "one");
  replaceFile(gateway.file, JSON.stringify([{ url: two.url, weight: 10, zone: "a" }]));
  await gateway.seen("revision-taken");
  assert.equal(await ask(gateway.url), "two");
  replaceFile(gateway.file, `- ${one.url}\n- { url: "ftp://x", wait: 3 }\n`);
  await gateway.seen("reload-refused");
  const told = gateway.log.map(({ message }) => message).join("\n");
  assert.match(told, /instances\.yaml/);
  assert.match(told, /unknown key `wait`/);
  assert.equal(await ask(gateway.url), "two");
});
