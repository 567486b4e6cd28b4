/** Whether `parlance doctor` tells instances that answer past the gateway from others. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createSecureServer as createSecureHttp2, createServer as createHttp2 } from "node:http2";
import { createServer as createSecure } from "node:https";
import { join } from "node:path";
import test from "node:test";
import type { TLSSocket } from "node:tls";
import { shopProto, startOrders } from "#tests/e2e/grpc/stand.ts";
import { issueCertificate, makeAuthority, readPair } from "#tests/support/certificates.ts";
import { lacks } from "#tests/support/tools.ts";
import { fine, listen, refusing, stand } from "./doctor-stand.ts";

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
