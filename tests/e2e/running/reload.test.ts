/** A new configuration for a running gateway: taken whole and without loss, or not at all. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "node:tls";
import { Pool } from "undici";
import { ledgerFolder } from "#tests/e2e/ledger/read-ledger.ts";
import { makeAuthority } from "#tests/support/certificates.ts";
import {
  configurationOf,
  launch,
  replaceFile,
  runGateway,
  runService,
  type LogLine,
  type RunningGateway,
} from "./run-gateway.ts";

interface Load {
  /** Ends the load and tells what came of it. */
  stop(): Promise<{ readonly answers: number; readonly failures: readonly string[] }>;
}

/** Keep-alive requests over several connections, one after the other on each, until stopped. */
function putUnderLoad(gateway: RunningGateway, accepted: readonly string[]): Load {
  const pool = new Pool(gateway.url, { connections: 8 });
  const failures: string[] = [];
  let answers = 0;
  const over = new AbortController();
  const callers = Array.from({ length: 8 }, async () => {
    while (!over.signal.aborted) {
      try {
        const { statusCode, body } = await pool.request({ path: "/echo/x", method: "GET" });
        const text = await body.text();
        if (statusCode !== 200 || !accepted.includes(text)) failures.push(`${statusCode} ${text}`);
        answers++;
      } catch (error) {
        failures.push(String(error));
      }
      await pause(1);
    }
  });
  return {
    async stop() {
      over.abort();
      await Promise.all(callers);
      await pool.close();
      return { answers, failures };
    },
  };
}

function isUnknownKey(line: LogLine): boolean {
  return line["code"] === "unknown-key";
}

async function current(gateway: RunningGateway): Promise<string> {
  const answer = await fetch(`${gateway.adminUrl}/api/v1/revisions/current`);
  return ((await answer.json()) as { id: string }).id;
}

test("file changes and SIGHUP under load lose no request", async (t) => {
  const one = await runService(t, "one");
  const two = await runService(t, "two");
  const gateway = await runGateway(t, configurationOf(one.url));
  const load = putUnderLoad(gateway, ["one", "two"]);
  const first = await current(gateway);
  const revisions = [first];
  for (let round = 0; round < 3; round++) {
    const url = round % 2 === 0 ? two.url : one.url;
    const text = configurationOf(url, { service: `, timeoutMs: ${10_000 + round}` });
    replaceFile(gateway.configPath, text);
    if (round === 1) gateway.kill("SIGHUP");
    const before = revisions.at(-1);
    const taken = await gateway.seen("revision-taken", (line) => line["before"] === before);
    assert.match(taken.message, /services\.echo\.instances changed/);
    revisions.push(String(taken["revision"]));
    await pause(150);
  }
  const { answers, failures } = await load.stop();
  assert.deepEqual(failures, []);
  assert.ok(answers > 100, `${answers} answers are no load`);
  assert.equal(new Set(revisions).size, 4);
  assert.equal(await current(gateway), revisions.at(-1));
  assert.equal(await (await fetch(`${gateway.url}/echo/x`)).text(), "two");
});

test("every exchange after the change is announced is served by the new revision", async (t) => {
  const one = await runService(t, "one");
  const two = await runService(t, "two");
  const gateway = await runGateway(t, configurationOf(one.url, { workers: 3 }));
  replaceFile(gateway.configPath, configurationOf(two.url, { workers: 3 }));
  await gateway.seen("revision-taken");
  assert.deepEqual(await answersOf(gateway), ["two"]);
});

test("a faulty new file keeps the old revision and says why, with line and column", async (t) => {
  const service = await runService(t);
  const good = configurationOf(service.url);
  const gateway = await runGateway(t, good);
  const before = await current(gateway);
  writeFileSync(gateway.configPath, good.replace("instances:", "instancez:"));
  const refused = await gateway.seen("reload-refused");
  assert.match(refused.message, new RegExp(`revision ${before} stays`));
  const finding = await gateway.seen("configuration-finding", isUnknownKey);
  assert.match(finding.message, /parlance\.yaml:4:11: error unknown-key: .*instancez/);
  assert.equal(finding.level, "error");
  assert.equal(await current(gateway), before);
  assert.equal((await fetch(`${gateway.url}/echo/x`)).status, 200);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  assert.match(metrics, /^parlance_reloads_total\{outcome="refused"\} 1$/m);
  writeFileSync(gateway.configPath, `${good}limits: { headFieldsMax: 50 }\n`);
  const taken = await gateway.seen("revision-taken");
  assert.match(taken.message, /limits\.headFieldsMax changed/);
});

test("SIGHUP while the first configuration is being loaded is kept for later", async (t) => {
  const run = launch(t, configurationOf("http://127.0.0.1:1"));
  const { pid } = run.child;
  // The process that loads it.
  const hasChild = (): boolean => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8") !== "";
  while (!hasChild()) await pause(2);
  run.child.kill("SIGHUP");
  await run.seen("ready");
  await run.seen("reload-unchanged");
});

test("SIGHUP without a change says that nothing changed", async (t) => {
  const gateway = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  const before = await current(gateway);
  gateway.kill("SIGHUP");
  assert.match((await gateway.seen("reload-unchanged")).message, /nothing changed/);
  assert.equal(await current(gateway), before);
});

test("a certificate that changes is taken, although the configuration is the same", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-certificates-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { certFile, keyFile } = makeAuthority(folder, "first");
  const next = makeAuthority(folder, "second");
  const tls = `, tls: { certificates: [{ cert: "${certFile}", key: "${keyFile}" }] }`;
  const text = configurationOf("http://127.0.0.1:1", { listen: tls });
  const gateway = await runGateway(t, text);
  const port = Number(new URL(gateway.url).port);
  const { message } = await gateway.seen("ready");
  assert.match(message, /^listening on https:\/\/127\.0\.0\.1:\d+, admin http:/);
  assert.equal(await commonNameAt(port), "first");
  renameSync(next.keyFile, keyFile);
  renameSync(next.certFile, certFile);
  const taken = await gateway.seen("revision-taken");
  assert.match(taken.message, /contents of named files/);
  assert.equal(taken["revision"], taken["before"]);
  assert.equal(await commonNameAt(port), "second");
});

function commonNameAt(port: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

test("what needs a restart is said, and all else is taken", async (t) => {
  const service = await runService(t);
  const gateway = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  replaceFile(gateway.configPath, configurationOf(service.url, { workers: 1 }));
  const warning = await gateway.seen("restart-needed");
  assert.match(warning.message, /^listen\.workers will change with the next start/);
  const taken = await gateway.seen("revision-taken");
  assert.equal((await fetch(`${gateway.url}/echo/x`)).status, 200);
  replaceFile(gateway.configPath, configurationOf("http://127.0.0.1:1"));
  await gateway.seen("revision-taken", ({ before }) => before === taken["revision"]);
  assert.equal(gateway.log.filter(({ event }) => event === "restart-needed").length, 1);
});

test("what of the ledger needs a restart is said, also where it was off in between", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const textOf = (more: string): string => configurationOf(service.url, { more });
  const gateway = await runGateway(t, textOf(ledger.text()));
  const fixed = async (text: string): Promise<string> => {
    const warned = (): number =>
      gateway.log.filter(({ event }) => event === "restart-needed").length;
    const before = warned();
    replaceFile(gateway.configPath, text);
    await gateway.seen("restart-needed", () => warned() > before);
    return gateway.log.findLast(({ event }) => event === "restart-needed")?.message ?? "";
  };
  assert.match(await fixed(textOf("ledger: off\n")), /^ledger will change/);
  const other = ledger.text().replace(" }", ", retention: { days: 3 } }");
  assert.match(await fixed(textOf(other)), /^ledger\.retention will change/);
});

test("an exchange that began under the old revision ends under it", async (t) => {
  const old = await runService(t);
  const gateway = await runGateway(t, configurationOf(old.url));
  const answer = fetch(`${gateway.url}/echo/wait`);
  await old.awaits(1);
  const text = configurationOf("http://127.0.0.1:1").replace("echo:", "other:");
  replaceFile(gateway.configPath, text);
  const taken = await gateway.seen("revision-taken");
  assert.match(taken.message, /services\.other added, services\.echo removed/);
  assert.equal((await fetch(`${gateway.url}/echo/x`)).status, 404);
  old.waiting[0]?.end("still here");
  assert.equal(await (await answer).text(), "still here");
});

test("when one worker cannot take a revision, none does, and the next one is taken", async (t) => {
  const one = await runService(t, "one");
  const two = await runService(t, "two");
  const env = { PARLANCE_TEST_FAULT: "refuse-revision" };
  const gateway = await runGateway(t, configurationOf(one.url), { env });
  const before = await current(gateway);
  gateway.kill("SIGUSR2");
  replaceFile(gateway.configPath, configurationOf(two.url));
  const refused = await gateway.seen("reload-refused");
  assert.match(refused.message, new RegExp(`revision ${before} stays`));
  assert.equal(refused["reason"], "a refusal that a test asked for");
  assert.deepEqual(await answersOf(gateway), ["one"]);
  assert.equal(await current(gateway), before);
  replaceFile(gateway.configPath, configurationOf(two.url, { service: ", timeoutMs: 9000" }));
  await gateway.seen("revision-taken");
  assert.deepEqual(await answersOf(gateway), ["two"]);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  assert.match(metrics, /^parlance_exchanges_total\{service="echo",status="2xx"\} 40$/m);
});

/** What both workers answer, each asked several times. */
async function answersOf({ url }: RunningGateway): Promise<readonly string[]> {
  const headers = { connection: "close" };
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => (await fetch(`${url}/echo/x`, { headers })).text()),
  );
  return [...new Set(answers)];
}
