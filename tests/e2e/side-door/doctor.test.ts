/** `parlance doctor`: each thing that it finds, once as it should be and once as it should not. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer as createSecure } from "node:https";
import { join } from "node:path";
import test from "node:test";
import { issueCertificate, makeAuthority, readPair } from "#tests/support/certificates.ts";
import { runDns } from "#tests/support/dns-server.ts";
import { startOidcProvider } from "#tests/support/oidc-provider.ts";
import { lacks } from "#tests/support/tools.ts";
import { configurationOf, runGateway } from "../running/run-gateway.ts";
import { callers, fine, listen, refusing, run, stand } from "./doctor-stand.ts";

test("an instance that cannot be reached is told with the reason", async (context) => {
  const { doctor } = stand(context);
  const services = { gone: { instances: ["http://127.0.0.1:9"] } };
  const { code, of } = await doctor({ services });
  assert.equal(code, 1);
  assert.match(of("reach", "gone at http://127.0.0.1:9")[0]?.what ?? "", /ECONNREFUSED/);
});

test("instances that DNS knows are asked, and a name that leads nowhere is told", async (context) => {
  const { serve, doctor } = stand(context);
  const { port } = new URL(await serve(fine));
  const dns = await runDns(context);
  dns.zone.set("up.test", [{ type: "A", address: "127.0.0.1" }]);
  const resolver = { servers: [dns.address] };
  const services = {
    found: { discover: { dns: `http://up.test:${port}`, resolver } },
    lost: { discover: { dns: "http://nowhere.test:80", resolver } },
  };
  const { of, out } = await doctor({ services });
  assert.equal(of("side-door", "found")[0]?.severity, "warning", out);
  assert.equal(of("reach", "lost")[0]?.severity, "error");
});

test("an instance that says nothing is not waited for for ever", async (context) => {
  const { serve, doctor } = stand(context);
  const services = { mute: { instances: [await serve(() => undefined)] } };
  const { of } = await doctor({ services }, "--timeout", "200");
  assert.match(of("side-door", "mute")[0]?.what ?? "", /nothing within 200 ms/);
});

test("a clock that differs is told, with which way", async (context) => {
  const { serve, doctor } = stand(context);
  const late = await serve((_request, response) => {
    response.setHeader("date", new Date(Date.now() - 120_000).toUTCString());
    response.end();
  });
  const services = { late: { instances: [late] }, fine: { instances: [await serve(refusing)] } };
  const { of } = await doctor({ services });
  assert.match(of("clock", "late")[0]?.what ?? "", /is 1\d\d s behind the one here/);
  assert.equal(of("clock", "fine")[0]?.severity, "fine");
});

test(
  "certificates that end soon are told, of files and of instances",
  { skip: lacks("openssl") },
  async (context) => {
    const { folder, doctor } = stand(context);
    const authority = makeAuthority(folder, "authority");
    const own = issueCertificate(folder, "own", authority, ["IP:127.0.0.1"]);
    const server = createSecure(readPair(own), refusing);
    context.after(() => server.close());
    const url = (await listen(server)).replace("http:", "https:");
    chmodSync(own.keyFile, 0o600);
    const services = {
      secured: { instances: [{ url, tls: { ca: authority.certFile } }] },
    };
    const tls = { certificates: [{ cert: own.certFile, key: own.keyFile }] };
    const listens = { port: 0, adminPort: 0, tls };
    const soon = await doctor({ services, listen: listens });
    assert.match(soon.of("certificate", "own.crt")[0]?.what ?? "", /ends on .*, in 1 days/);
    assert.match(soon.of("certificate", url)[0]?.what ?? "", /ends on/);
    assert.equal(soon.of("permission", "own.key")[0]?.severity, "fine");
    chmodSync(own.keyFile, 0o644);
    const exposed = await doctor({ services, listen: listens }, "--days", "1");
    assert.equal(exposed.of("certificate", "own.crt")[0]?.severity, "fine");
    assert.match(exposed.of("permission", "own.key")[0]?.what ?? "", /its mode is 0644/);
    assert.match(exposed.of("permission", "own.key")[0]?.advice ?? "", /chmod 0600/);
  },
);

test("issuers of tokens are asked for their keys", async (context) => {
  const { serve, doctor } = stand(context);
  const provider = await startOidcProvider(context);
  const services = { kept: { instances: [await serve(refusing)] } };
  const audience = ["urn:parlance:tests"];
  const issuers = {
    real: { issuer: provider.url, audience },
    other: { issuer: `${provider.url}/other`, audience },
    gone: { issuer: "http://127.0.0.1:9", audience },
  };
  const { of } = await doctor({ services, identity: { token: { issuers } } });
  assert.equal(of("reach", "issuer real")[0]?.severity, "fine");
  assert.equal(of("clock", "issuer real")[0]?.severity, "fine");
  assert.match(of("reach", "issuer other")[0]?.what ?? "", /it answers 404/);
  assert.match(of("reach", "issuer gone")[0]?.what ?? "", /ECONNREFUSED|bad port/);
});

test("keys of the gateway that others may read are told", async (context) => {
  const { folder, serve, doctor } = stand(context);
  mkdirSync(join(folder, "data/signing"), { recursive: true, mode: 0o755 });
  const services = { kept: { instances: [await serve(refusing)], policies: [{ sign: {} }] } };
  const { of } = await doctor({ services });
  assert.match(of("permission", "data/signing")[0]?.advice ?? "", /chmod 0700/);
});

test("a port that somebody else has, an admin port for all, and `callers: open`", async (context) => {
  const { serve, doctor } = stand(context);
  const taken = await serve(fine);
  const services = { kept: { instances: [await serve(refusing)] } };
  const port = Number(new URL(taken).port);
  const listens = { host: "127.0.0.1", port, adminHost: "0.0.0.0", adminPort: 0 };
  const { of } = await doctor({ services, listen: listens, callers: "open" });
  assert.match(of("port", String(port))[0]?.what ?? "", /is in use by another program/);
  assert.equal(of("exposure", "admin port")[0]?.severity, "warning");
  assert.equal(of("exposure", "callers")[0]?.severity, "warning");
});

test("a running gateway and its ledger are looked at, and a file that it has not taken", async (context) => {
  const { folder, serve, doctor } = stand(context);
  const instance = await serve(refusing);
  const ledger = join(folder, "ledger");
  const text = configurationOf(instance, { more: `ledger: { path: ${ledger} }` });
  const gateway = await runGateway(context, text);
  const own = await run([
    "doctor",
    "--config",
    gateway.configPath,
    "--json",
    "--admin",
    gateway.adminUrl,
  ]);
  assert.match(own.of("port", gateway.adminUrl)[0]?.what ?? "", /runs with revision/);
  assert.equal(own.of("port", gateway.adminUrl)[0]?.severity, "fine");
  assert.ok(own.of("ledger", ledger).some(({ what }) => / entries/.test(what)));
  assert.ok(own.of("permission", "ledger/keys").every(({ severity }) => severity === "fine"));
  const services = { kept: { instances: [instance] } };
  const other = await doctor({ services }, "--admin", gateway.adminUrl);
  assert.match(
    other.of("port", gateway.adminUrl)[0]?.what ?? "",
    /runs with revision .*, the file/,
  );
});

test("a ledger that is none, and one that is damaged, are told", async (context) => {
  const { folder, serve, doctor } = stand(context);
  const services = { kept: { instances: [await serve(refusing)] } };
  const off = await doctor({ services });
  assert.match(off.of("ledger", "ledger")[0]?.what ?? "", /nothing is put on record/);
  const path = join(folder, "damaged");
  mkdirSync(path);
  writeFileSync(join(path, "log.json"), "{");
  const damaged = await doctor({ services, ledger: { path } });
  const errors = damaged.of("ledger", path).filter(({ severity }) => severity === "error");
  assert.equal(errors.length, 1);
  assert.match(errors[0]?.what ?? "", /log\.json is not JSON/);
  assert.match(errors[0]?.advice ?? "", /the next start is refused/);
});

test("when nothing is to be done it says so, and ends with 0", async (context) => {
  const { folder, serve } = stand(context);
  const file = join(folder, "parlance.yaml");
  const services = { kept: { instances: [await serve(refusing)] } };
  const ledger = { path: join(folder, "ledger") };
  const listens = { host: "127.0.0.1", port: 0, adminPort: 0 };
  const plain = { version: 1, callers, services, ledger, listen: listens };
  writeFileSync(file, JSON.stringify(plain));
  const quiet = await run(["doctor", "--config", file]);
  assert.match(quiet.out, /^0 wrong, 0 to look at, \d+ fine\n$/);
  assert.equal(quiet.code, 0, quiet.err);
  const all = await run(["doctor", "--config", file, "--all"]);
  assert.match(all.out, /\+ side-door +kept at .*: it refuses with 403/);
});

test("wrong use, and a configuration that cannot be read, end with 2 and 3", async (context) => {
  const { folder } = stand(context);
  const wrong = await run(["doctor", "--timeout", "soon"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--timeout is "soon"; expected a whole number from 1 to 60000/);
  assert.equal((await run(["doctor", "--config", join(folder, "none.yaml")])).code, 3);
});
