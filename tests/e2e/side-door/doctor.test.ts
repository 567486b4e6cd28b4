/** `parlance doctor`: each thing that it finds, once as it should be and once as it should not. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createSecureServer as createSecureHttp2, createServer as createHttp2 } from "node:http2";
import { createServer as createSecure } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import type { TLSSocket } from "node:tls";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { DoctorFinding } from "#app/doctor/finding.ts";
import { shopProto, startOrders } from "#tests/e2e/grpc/stand.ts";
import { issueCertificate, makeAuthority, readPair } from "#tests/support/certificates.ts";
import { runDns } from "#tests/support/dns-server.ts";
import { startOidcProvider } from "#tests/support/oidc-provider.ts";
import { lacks } from "#tests/support/tools.ts";
import { configurationOf, runGateway } from "../running/run-gateway.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const callers = { shop: { key: "key-of-shop-0123456789", may: ["*"] } };

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Those of one check that are about it. */
  readonly of: (check: string, subject: string) => readonly DoctorFinding[];
}

interface Stand {
  readonly folder: string;
  readonly serve: (listener: RequestListener, where?: string) => Promise<string>;
  readonly doctor: (configuration: object, ...args: readonly string[]) => Promise<Ended>;
}

function stand(context: TestContext): Stand {
  const folder = mkdtempSync(join(tmpdir(), "parlance-doctor-"));
  const servers: Server[] = [];
  context.after(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    async serve(listener, where) {
      const server = createServer(listener);
      servers.push(server);
      return listen(server, where);
    },
    async doctor(configuration, ...args) {
      const file = join(folder, "parlance.yaml");
      const plain = { version: 1, callers, ledger: "off", ...configuration };
      const listens = { listen: { port: 0, adminPort: 0 } };
      writeFileSync(file, JSON.stringify({ ...listens, ...plain }));
      return run(["doctor", "--config", file, "--json", ...args]);
    },
  };
}

async function listen(server: Server, where?: string): Promise<string> {
  await new Promise<void>((resolve) => {
    if (where === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(where, resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function run(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (_error, out, err) => {
      const { findings = [] } = (args.includes("--json") ? JSON.parse(out || "{}") : {}) as {
        readonly findings?: readonly DoctorFinding[];
      };
      resolve({
        code: child.exitCode ?? -1,
        out,
        err,
        of: (check, subject) =>
          findings.filter((one) => one.check === check && one.subject.includes(subject)),
      });
    });
  });
}

const fine: RequestListener = (_request, response) => void response.end("fine");
const refusing: RequestListener = (_request, response) => {
  response.statusCode = 403;
  response.end();
};

test("an instance that answers past the gateway is a side door", async (context) => {
  const { serve, doctor } = stand(context);
  const [open, closed] = [await serve(fine), await serve(refusing)];
  const services = {
    signed: { instances: [open], policies: [{ sign: {} }] },
    plain: { instances: [open] },
    kept: { instances: [closed], policies: [{ sign: {} }] },
  };
  const { code, of } = await doctor({ services });
  assert.equal(code, 1);
  const [signed, plain, kept] = ["signed", "plain", "kept"].map((name) => of("side-door", name)[0]);
  assert.equal(signed?.severity, "error");
  assert.match(signed?.what ?? "", /answers 200 to a request that did not come through/);
  assert.match(signed?.advice ?? "", /no-side-door\.md/);
  assert.equal(plain?.severity, "warning");
  assert.match(plain?.advice ?? "", /sign requests/);
  assert.equal(kept?.severity, "fine");
});

test("over HTTP/2 it is asked as well", async (context) => {
  const { serve: serveHttp1, doctor } = stand(context);
  const serve = async (status: number): Promise<string> => {
    const server = createHttp2((_request, response) => {
      response.writeHead(status);
      response.end();
    });
    context.after(() => server.close());
    return listen(server);
  };
  const policies = [{ sign: {} }];
  const services = {
    open: { instances: [await serve(200)], http2: true, policies },
    kept: { instances: [await serve(401)], http2: true, policies },
    other: { instances: [await serveHttp1(fine)], http2: true, policies },
  };
  const { of } = await doctor({ services }, "--timeout", "1000");
  const [open] = of("side-door", "open");
  assert.deepEqual(
    [open?.severity, open?.what],
    ["error", "it answers 200 to a request that did not come through the gateway"],
  );
  const [kept] = of("side-door", "kept");
  assert.deepEqual(
    [kept?.severity, kept?.what],
    ["fine", "it refuses with 401 who comes past the gateway"],
  );
  assert.equal(of("side-door", "other")[0]?.severity, "warning");
  assert.match(of("side-door", "other")[0]?.what ?? "", /could not be asked/);
});

test("an instance of gRPC is called, by what changes nothing", async (context) => {
  const { folder, doctor } = stand(context);
  const called: string[] = [];
  const start = (status: number) =>
    startOrders(context, {
      Get(_call: object, reply: (error: object | null, order: object) => void) {
        called.push("Get");
        reply(status === 0 ? null : { code: status, details: "" }, { id: "1" });
      },
      Place(_call: object, reply: (error: null, key: object) => void) {
        called.push("Place");
        reply(null, { id: "1" });
      },
    });
  writeFileSync(join(folder, "orders.proto"), shopProto);
  const unsafe = shopProto.replace("{ option idempotency_level = NO_SIDE_EFFECTS; }", ";");
  writeFileSync(join(folder, "unsafe.proto"), unsafe);
  const serviceAt = async (contract: string, status: number) => ({
    contract,
    instances: [`http://127.0.0.1:${await start(status)}`],
    policies: [{ sign: {} }],
  });
  const doorOf = async (contract: string, status: number) => {
    const { of } = await doctor({ services: { orders: await serviceAt(contract, status) } });
    const [finding] = of("side-door", "orders at");
    return [finding?.severity, finding?.what];
  };
  assert.deepEqual(await doorOf("orders.proto", 0), [
    "error",
    "it answers gRPC status 0 to a request that did not come through the gateway",
  ]);
  assert.deepEqual(await doorOf("orders.proto", 16), [
    "fine",
    "it refuses with gRPC status 16 who comes past the gateway",
  ]);
  assert.deepEqual(await doorOf("unsafe.proto", 0), [
    "warning",
    "it answers gRPC status 12 to a method that is not there; none of its is safe to call",
  ]);
  assert.deepEqual(called, ["Get", "Get"]);
});

test(
  "where the gateway shows a certificate, one without is to be refused",
  { skip: lacks("openssl") },
  async (context) => {
    const { folder, doctor } = stand(context);
    const authority = makeAuthority(folder, "authority");
    const own = issueCertificate(folder, "own", authority, ["IP:127.0.0.1"]);
    const gateway = issueCertificate(folder, "gateway", authority, ["DNS:gateway"]);
    const ca = readFileSync(authority.certFile);
    const serve = async (options: object, listener: RequestListener, http2 = false) => {
      const server = http2
        ? createSecureHttp2({ ...readPair(own), ...options }, (_request, answer) => answer.end("x"))
        : createSecure({ ...readPair(own), ...options }, listener);
      context.after(() => server.close());
      const url = (await listen(server)).replace("http:", "https:");
      const { certFile: cert, keyFile: key } = gateway;
      return { instances: [{ url, http2, tls: { ca: authority.certFile, cert, key } }] };
    };
    const demanding = { ca, requestCert: true, rejectUnauthorized: true };
    const asking = { ca, requestCert: true, rejectUnauthorized: false };
    const byHand: RequestListener = (request, response) => {
      response.statusCode = (request.socket as TLSSocket).authorized ? 200 : 400;
      response.end();
    };
    const services = {
      shut: await serve(demanding, fine),
      old: await serve({ ...demanding, maxVersion: "TLSv1.2" }, fine),
      late: await serve(asking, byHand),
      two: await serve(demanding, fine, true),
      open: await serve(asking, fine),
      wide: await serve(asking, fine, true),
    };
    const { of, out } = await doctor({ services });
    const severities = Object.keys(services).map((name) => [
      name,
      of("reach", `${name} at`)[0]?.severity,
      of("side-door", `${name} at`)[0]?.severity,
    ]);
    assert.deepEqual(
      severities,
      [
        ["shut", "fine", "fine"],
        ["old", "fine", "fine"],
        ["late", "fine", "fine"],
        ["two", "fine", "fine"],
        ["open", "fine", "warning"],
        ["wide", "fine", "warning"],
      ],
      out,
    );
    const [open] = of("side-door", "open at");
    assert.equal(open?.what, "it answers 200 without the gateway's certificate");
  },
);

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

test("a Unix socket is no side door, but to whom its mode lets in", async (context) => {
  const { folder, serve, doctor } = stand(context);
  const [shut, open] = [join(folder, "shut.sock"), join(folder, "open.sock")];
  await serve(fine, shut);
  await serve(fine, open);
  chmodSync(shut, 0o660);
  chmodSync(open, 0o666);
  const services = {
    shut: { instances: [`unix:${shut}`] },
    open: { instances: [`unix:${open}`] },
  };
  const { of } = await doctor({ services });
  assert.equal(of("side-door", "shut")[0]?.severity, "fine");
  assert.match(of("side-door", "open")[0]?.what ?? "", /its mode is 0666/);
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
  assert.match(errors[0]?.advice ?? "", /ledger verify/);
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
