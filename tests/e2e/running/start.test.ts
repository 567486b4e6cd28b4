/** Starting: what is said, and what is refused. */
import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { freePort } from "#tests/support/free-port.ts";
import { configurationOf, launch, runGateway, runService } from "./run-gateway.ts";

test("a gateway on port 0 says which ports it has, and serves there", async (t) => {
  const service = await runService(t);
  const gateway = await runGateway(t, configurationOf(service.url));
  assert.doesNotMatch(gateway.url, /:0$/);
  const answer = await fetch(`${gateway.url}/echo/x`);
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), "hello\n");
});

test("callers: open is announced at start", async (t) => {
  const gateway = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  const line = await gateway.seen("callers-open");
  assert.equal(line.level, "warn");
  assert.match(line.message, /anybody may call everything/);
});

for (const { name, args } of [
  { name: "the port for callers", args: ["--port"] },
  { name: "the admin port", args: ["--admin-port"] },
]) {
  test(`${name} in use gives one clear message and exit code 3`, async (t) => {
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", () => resolve()));
    t.after(() => other.close());
    const port = String((other.address() as AddressInfo).port);
    const run = launch(t, configurationOf("http://127.0.0.1:1"), { args: [...args, port] });
    assert.equal(await run.ended, 3);
    const errors = run.log.filter(({ level }) => level === "error");
    assert.deepEqual(
      errors.map(({ message }) => message),
      [`${name} 127.0.0.1:${port} is in use by another program`],
    );
  });
}

test("a port that another gateway shares among its workers is in use, too", async (t) => {
  const first = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  const { port } = new URL(first.url);
  const second = launch(t, configurationOf("http://127.0.0.1:1"), { args: ["--port", port] });
  assert.equal(await second.ended, 3);
  assert.match((await second.seen("start-refused")).message, /in use by another program/);
});

test("one port for both is refused", async (t) => {
  const port = String(await freePort());
  const args = ["--port", port, "--admin-port", port];
  const run = launch(t, configurationOf("http://127.0.0.1:1"), { args });
  assert.equal(await run.ended, 3);
  assert.match((await run.seen("start-refused")).message, /admin port .* is in use/);
});

test("a faulty configuration ends with exit code 1 and says where it is wrong", async (t) => {
  const run = launch(t, configurationOf("http://127.0.0.1:1", { more: "servicess: {}\n" }));
  assert.equal(await run.ended, 1);
  const finding = await run.seen("configuration-finding", ({ level }) => level === "error");
  assert.match(finding.message, /parlance\.yaml:6:1: error unknown-key/);
  assert.equal(finding["line"], 6);
});

test("routes that take each other's requests are refused at start", async (t) => {
  const more = `  again: { instances: ["http://127.0.0.1:1"], routes: [{ id: all, path: "/echo/*" }] }\n`;
  const text = configurationOf("http://127.0.0.1:1").replace("callers:", `${more}callers:`);
  const run = launch(t, text);
  assert.equal(await run.ended, 1);
  const stolen = await run.seen("configuration-finding", ({ level }) => level === "error");
  assert.match(stolen.message, /parlance\.yaml:5:\d+: error .* can never be chosen/);
});

test("a file that cannot be read ends with exit code 3", async (t) => {
  const run = launch(t, undefined);
  assert.equal(await run.ended, 3);
  const finding = await run.seen("configuration-finding");
  assert.match(finding.message, /cannot be read: there is no such file/);
});
