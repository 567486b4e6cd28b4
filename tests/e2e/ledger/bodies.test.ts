/**
 * What a gateway keeps of exchanges: encrypted, masked, provable, and gone for good after an
 * erasure, while everything else stays verifiable.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { defaultKeepingLimits } from "#base/limits.ts";
import { nodeDisk, nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { openBodies } from "#ledger/bodies/read-bodies.ts";
import { openKeyStore } from "#ledger/bodies/subject-keys.ts";
import type { EntryOf } from "#ledger/entry/entry.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { configurationOf, runGateway, type RunningGateway } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

const marker = "marker-7f3a9c";
const program = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");
const key = "a-key-that-is-long-enough-to-be-one";

function parlance(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** A service that says what it was told. */
async function echoService(t: TestContext): Promise<string> {
  return listenHttp(t, (request, response) => {
    response.setHeader("content-type", request.headers["content-type"] ?? "text/plain");
    response.setHeader("set-cookie", `session=${marker}`);
    request.pipe(response);
  });
}

async function stand(t: TestContext, service: string, origin = "test/ledger") {
  // The folder goes when the gateway has gone.
  const last: (() => void)[] = [];
  const ledger = ledgerFolder({ after: (run) => last.push(run as () => void) });
  const text = configurationOf(await echoService(t), {
    service: `, ledger: ${service}`,
    more: ledger.text().replace("test/ledger", origin),
  }).replace("callers: open", `callers: { shop: { key: "\${SHOP_KEY}", may: ["echo.*"] } }`);
  const gateway = await runGateway(t, text, { env: { SHOP_KEY: key } });
  for (const run of last) t.after(run);
  return { ledger, gateway };
}

async function send(gateway: RunningGateway, path: string, body: string, type: string) {
  const answer = await fetch(gateway.url + path, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": type },
    body,
  });
  assert.equal(await answer.text(), body);
  return answer.headers.get("parlance-exchange") ?? "";
}

function bodiesIn(path: string) {
  const keys = openKeyStore(nodeDisk, nodePlatform.random, path, false);
  assert.ok(!isProblem(keys));
  return openBodies(nodeDisk, path, keys);
}

function* filesUnder(folder: string): Iterable<string> {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) yield path;
  }
}

function assertNowhere(folder: string, text: string): void {
  for (const path of filesUnder(folder)) assert.ok(!readFileSync(path).includes(text), path);
}

test("a body that was captured in full is shown, then erased; nothing else changes", async (t) => {
  const { ledger, gateway } = await stand(t, "{ capture: full, sensitive: [cardNumber] }");
  const body = `{"name":"${marker}","cardNumber":"${marker}-card","lines":[1,2]}`;
  const path = `/echo/${marker}?q=${marker}&access_token=${marker}-token`;
  const id = await send(gateway, path, body, "application/json");
  const entry = readLedger(ledger.path).exchange(id);
  const bodies = bodiesIn(ledger.path);
  const kept = bodies.read(entry);
  assert.ok(!isProblem(kept), JSON.stringify(kept));
  const masked = `{"name":"${marker}","cardNumber":"***","lines":[1,2]}`;
  assert.equal(kept.requestBody?.bytes.toString(), masked);
  assert.equal(kept.responseBody?.bytes.toString(), masked);
  const head = kept.requestHead?.bytes.toString() ?? "";
  assert.match(head, new RegExp(`^POST /echo/${marker}\\?q=${marker}&access_token=\\*\\*\\* HTTP`));
  assert.match(head, /\r\nx-api-key: \*\*\*\r\n/i);
  assert.match(kept.requestHead?.note ?? "", /^(?:::ffff:)?127\.0\.0\.1$/);
  assert.match(kept.responseHead?.bytes.toString() ?? "", /\r\nset-cookie: \*\*\*\r\n/i);
  assert.deepEqual(entry.redactions, ["access_token", "cardNumber", "set-cookie", "x-api-key"]);
  assert.equal(bodies.check(entry, "requestBody", Buffer.from(body)), true);
  assert.equal(bodies.check(entry, "requestBody", Buffer.from(masked)), false);
  assertNowhere(ledger.folder, marker);
  assertNowhere(ledger.folder, key);

  const where = ["--config", gateway.configPath, "--admin", gateway.adminUrl];
  const reason = ["--reason", "contract ended"];
  const erase = parlance("ledger", "erase", "shop", ...reason, "--by", "ops", "--json", ...where);
  assert.equal(erase.stderr, "");
  const { subject, index } = JSON.parse(erase.stdout) as { subject: string; index: number };
  assert.equal(subject, entry.subject);
  const after = readLedger(ledger.path);
  assert.partialDeepStrictEqual(after.entries[index], {
    kind: "erasure",
    subject,
    actor: "ops",
    reason: "contract ended",
    count: 1,
  });
  for (const found of [bodies.read(entry), bodies.check(entry, "requestBody", Buffer.from(body))]) {
    assert.ok(isProblem(found) && found.definition.code === "body-erased");
    assert.match(found.detail, /was erased on \d{4}-\d\d-\d\dT.* by ops: contract ended$/);
  }
  const again = await send(gateway, path, body, "application/json");
  const fresh = readLedger(ledger.path).exchange(again);
  assert.notEqual(fresh.subject, entry.subject);
  assert.ok(!isProblem(bodiesIn(ledger.path).read(fresh)), "the new key is another one");
  const twice = parlance("ledger", "erase", subject, ...reason, ...where);
  assert.equal(twice.status, 1);
  assert.match(twice.stderr, /was erased on/);

  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const stopped = parlance("ledger", "erase", "shop", ...reason, ...where);
  assert.deepEqual([stopped.status, stopped.stderr], [0, ""]);
  const gone = bodiesIn(ledger.path).read(fresh);
  assert.ok(isProblem(gone) && gone.definition.code === "body-erased");
  const verified = parlance("ledger", "verify", "--config", gateway.configPath);
  assert.deepEqual([verified.status, verified.stderr], [0, ""]);
  assert.equal(readLedger(ledger.path).of("erasure").length, 2);
  assertNowhere(ledger.folder, marker);
});

test("by default a body is not kept, but can be proved by whoever has it", async (t) => {
  const { ledger, gateway } = await stand(t, "{}");
  const body = `a text with a ${marker}`;
  const id = await send(gateway, "/echo/x", body, "text/plain");
  const entry = readLedger(ledger.path).exchange(id);
  assert.equal(entry.bodies, undefined);
  const bodies = bodiesIn(ledger.path);
  for (const which of ["requestBody", "responseBody"] as const) {
    assert.equal(bodies.check(entry, which, Buffer.from(body)), true);
    assert.equal(bodies.check(entry, which, Buffer.from(`${body}.`)), false);
  }
  assertNowhere(ledger.folder, marker);
  const kept = bodies.read(entry);
  assert.ok(isProblem(kept) && kept.definition.code === "body-unknown");
});

test("operations have their own way, and none is none", async (t) => {
  const { ledger, gateway } = await stand(t, "{ capture: full, operations: { default: none } }");
  const id = await send(gateway, "/echo/x", marker, "text/plain");
  const entry: EntryOf<"exchange"> = readLedger(ledger.path).exchange(id);
  assert.deepEqual(
    [entry.subject, entry.requestBody, entry.bodies],
    [undefined, undefined, undefined],
  );
});

test("a body beyond the limit is kept as far as it, and proved as a whole", async (t) => {
  const { ledger, gateway } = await stand(t, "{ capture: full }");
  const { bodyBytesMax } = defaultKeepingLimits;
  const body = `${marker}${"0123456789abcdef".repeat(200_000)}`;
  const id = await send(gateway, "/echo/x", body, "text/plain");
  const entry = readLedger(ledger.path).exchange(id);
  const bodies = bodiesIn(ledger.path);
  const kept = bodies.read(entry);
  assert.ok(!isProblem(kept));
  const { bytes, isCut, fullLength } = kept.requestBody ?? {};
  assert.deepEqual([bytes?.length, isCut, fullLength], [bodyBytesMax, true, body.length]);
  assert.equal(bodies.check(entry, "responseBody", Buffer.from(body)), true);
  assertNowhere(ledger.folder, marker);
});

test("a body that cannot be masked for sure is not kept, but can be proved", async (t) => {
  const { ledger, gateway } = await stand(t, "{ capture: full, sensitive: [pin] }");
  for (const body of [`{"pin":'${marker}'}`, `pin=${marker}`, `{"pin":"${marker}"`]) {
    const id = await send(gateway, "/echo/x", body, "application/json");
    const entry = readLedger(ledger.path).exchange(id);
    const bodies = bodiesIn(ledger.path);
    const kept = bodies.read(entry);
    assert.ok(!isProblem(kept));
    assert.deepEqual([kept.requestBody?.bytes.length, kept.requestBody?.isWithheld], [0, true]);
    assert.equal(bodies.check(entry, "requestBody", Buffer.from(body)), true);
  }
});

test("an erasure that cannot be made says what is wrong", async (t) => {
  const { ledger, gateway } = await stand(t, "{}");
  await send(gateway, "/echo/x", "x", "text/plain");
  const config = ["--config", gateway.configPath];
  const reason = ["--reason", "asked to"];
  const cases = [
    [[...config], 2, "--reason is missing"],
    [[...config, ...reason], 3, "its admin port is not known; name it with --admin"],
    [[...config, ...reason, "--admin", "http://127.0.0.1:1"], 3, "nobody answers at"],
    [["--ledger", join(ledger.folder, "none"), ...reason], 3, "holds no ledger"],
  ] as const;
  for (const [args, status, message] of cases) {
    const ended = parlance("ledger", "erase", "shop", ...args);
    assert.equal(ended.status, status, ended.stderr);
    assert.ok(ended.stderr.includes(message), ended.stderr);
  }
  const unknown = parlance(
    "ledger",
    "erase",
    "nobody",
    ...config,
    ...reason,
    "--admin",
    gateway.adminUrl,
  );
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /"nobody" is neither the name nor the pseudonym/);
  const { gateway: other } = await stand(t, "{}", "test/another");
  const asked = [...config, ...reason, "--admin", other.adminUrl];
  const wrong = parlance("ledger", "erase", "shop", ...asked);
  assert.equal(wrong.status, 3);
  assert.match(wrong.stderr, /this gateway writes test\/another\/1, not test\/ledger\/1/);
  assert.equal(readLedger(ledger.path).of("erasure").length, 0);
});
