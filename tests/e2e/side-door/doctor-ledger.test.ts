/** `parlance doctor` says of a stopped gateway's ledger what the next start would say. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { configurationOf, launch, runGateway } from "../running/run-gateway.ts";
import { refusing, stand } from "./doctor-stand.ts";

async function stopped(context: TestContext) {
  const { folder, serve, doctor } = stand(context);
  const instance = await serve(refusing);
  const path = join(folder, "ledger");
  const checkpoints = join(folder, "checkpoints");
  const ledger = { path, checkpoints, origin: "test/ledger" };
  const text = configurationOf(instance, { more: `ledger: ${JSON.stringify(ledger)}` });
  const gateway = await runGateway(context, text);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const told = async (severity: string): Promise<readonly string[]> => {
    const { of } = await doctor({ services: { kept: { instances: [instance] } }, ledger });
    return of("ledger", folder).flatMap((one) => (one.severity === severity ? one.what : []));
  };
  /** Both say the same. */
  const refusal = async (severity = "error"): Promise<string> => {
    const [what = "", ...others] = await told(severity);
    assert.deepEqual(others, []);
    const start = launch(context, text);
    assert.equal(await start.ended, 3);
    const refused = start.log.find(({ event }) => event === "start-refused")?.message ?? "";
    assert.ok(refused.includes(what), `${refused} | ${what}`);
    return what;
  };
  return { path, checkpoints, told, refusal };
}

test("a key that cannot be used is told as the start would tell it", async (context) => {
  const { path, told, refusal } = await stopped(context);
  assert.deepEqual(await told("error"), []);
  assert.deepEqual(await told("warning"), []);
  const key = join(path, "keys", "0001.pem");
  chmodSync(key, 0o644);
  assert.match(await refusal(), /0001\.pem can be used by others/);
  rmSync(key);
  assert.match(await refusal(), /0001\.pem is missing/);
});

test("a ledger that is not there any more, but was signed, is told and not made", async (context) => {
  const { path, refusal } = await stopped(context);
  renameSync(path, `${path}-elsewhere`);
  assert.match(await refusal(), /was signed at size \d+, .* but the ledger has size 0/);
  assert.ok(!existsSync(path), "a refused start leaves no folder behind");
});

test("a folder that is no ledger, and one that another host holds, are told", async (context) => {
  const { path, refusal } = await stopped(context);
  const mark = { host: `not-${hostname()}`, boot: "1", pid: 1, started: "1" };
  writeFileSync(join(path, "lock"), JSON.stringify(mark));
  assert.match(await refusal("warning"), /held by process 1 on host not-/);
  rmSync(path, { recursive: true });
  mkdirSync(path);
  writeFileSync(join(path, "holiday.jpg"), "sun");
  assert.match(await refusal(), /holds holiday\.jpg/);
});

test("separate checkpoints that are missing, or can have no file, are told", async (context) => {
  const { checkpoints, told } = await stopped(context);
  rmSync(checkpoints, { recursive: true });
  assert.match((await told("warning"))[0] ?? "", /test\+ledger\.checkpoint is missing/);
  writeFileSync(checkpoints, "no folder");
  assert.match((await told("error"))[0] ?? "", /ENOTDIR/);
});
