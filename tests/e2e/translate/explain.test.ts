/** What `explain` says of contracts is what admission does. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { nodePlatform } from "#base/platform.ts";
import { explainRoute } from "#gateway/explain.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { shopProto } from "../grpc/stand.ts";
import { shopOpenApi } from "./shop-contract.ts";

test("each way to call a contract has its face, speed, reason and upstream", async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, "parlance.yaml");
  writeFileSync(join(folder, "b.wsdl"), billingWsdl);
  writeFileSync(join(folder, "s.yaml"), shopOpenApi);
  writeFileSync(join(folder, "o.proto"), shopProto);
  writeFileSync(
    path,
    'version: 1\ncallers:\n  some: { key: "key-of-somebody", may: ["billing.getInvoice"] }\n' +
      '  all: { key: "key-of-the-other", may: ["*"] }\nservices:\n' +
      '  billing: { contract: b.wsdl, instances: ["http://127.0.0.1:1/b"] }\n' +
      '  shop: { contract: s.yaml, instances: ["http://127.0.0.1:1"] }\n' +
      '  orders: { contract: o.proto, http2: true, instances: ["http://127.0.0.1:1"] }\n',
  );
  const { revision } = await checkConfiguration({ path }, nodePlatform.files, () => {});
  assert.ok(revision);
  const soap11 = { "content-type": "text/xml" };
  const soap12 = { "content-type": "application/soap+xml" };
  const json = { "content-type": "application/json" };
  const grpc = { "content-type": "application/grpc" };
  const web = { "content-type": "application/grpc-web+proto" };
  const method = "/shop.v1.Orders/Get";
  const cases = [
    ["POST /soap/billing", "all", soap11, "SOAP pass: the instances speak SOAP, too", "", 0],
    ["POST /soap/billing", "some", soap11, "SOAP translate: the caller may call some", "", 3],
    ["POST /soap/billing", "all", soap12, "SOAP translate: the Content-Type is not", "", 3],
    ["POST /billing/getInvoice", "some", json, "REST translate: the caller speaks REST", "", 3],
    ["POST /soap/shop", "all", soap11, "SOAP translate: the caller speaks SOAP", "", 3],
    ["GET /shop/orders/7", "all", {}, "REST pass: the instances speak REST", "/orders/7", 0],
    ["GET /shop/orders/7", "all", { accept: "text/xml" }, "REST translate: a header names", "", 3],
    ["POST /shop.v1.Orders/Get", "all", grpc, "gRPC pass: the instances speak", method, 0],
    ["POST /shop.v1.Orders/Get", "all", web, "gRPC translate: it is not plain gRPC", "", 3],
    ["POST /shop.v1.Orders/Get", "all", json, "gRPC translate: it is not plain gRPC", "", 3],
    ["GET /soap/billing?wsdl", "some", {}, "SOAP translate: the gateway writes", undefined, 0],
    ["GET /shop/openapi.json", "all", {}, "REST translate: the gateway writes", undefined, 0],
  ] as const;
  for (const [line, caller, headers, words, forwarded, translations] of cases) {
    const [verb = "", url = ""] = line.split(" ");
    const asked = { method: verb, url, headers, caller };
    const { outcome, steps } = explainRoute(revision.configuration, asked, revision.contracts);
    const whatOf = (step: string) => steps.find((one) => one.step === step);
    const said = `${whatOf("face")?.what} ${whatOf("speed")?.what}: ${whatOf("speed")?.why}`;
    assert.ok(said.startsWith(words), `${line}: ${said}`);
    assert.equal(steps.filter(({ step }) => step === "translation").length, translations, line);
    if (forwarded === undefined) assert.equal(outcome.kind, "answered", line);
    else assert.ok(outcome.kind === "forwarded" && outcome.path === forwarded, line);
  }
  const billed = { method: "POST", url: "/billing/getInvoice", headers: json, caller: "some" };
  const { steps } = explainRoute(revision.configuration, billed, revision.contracts);
  assert.ok(steps.some(({ why }) => /SOAP 1\.1, action urn:getInvoice/.test(why)));
  const refused = { ...billed, url: "/billing/add" };
  assert.equal(explainRoute(revision.configuration, refused).outcome.kind, "refused");
});

test("a message that may prove who calls is read, and one with a proof of ours is written", async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, "parlance.yaml");
  writeFileSync(join(folder, "b.wsdl"), billingWsdl);
  const token = "wsSecurity: { usernameToken: { username: g, password: p } }";
  writeFileSync(
    path,
    'version: 1\ncallers:\n  erp: { wsSecurity: { username: erp, password: p }, may: ["*"] }\n' +
      '  all: { key: "key-of-the-other", may: ["*"] }\nservices:\n' +
      '  plain: { contract: b.wsdl, instances: ["http://127.0.0.1:1/b"] }\n' +
      `  shown: { contract: b.wsdl, instances: ["http://127.0.0.1:1/b"], ${token} }\n`,
  );
  const { revision, diagnostics } = await checkConfiguration(
    { path },
    nodePlatform.files,
    () => {},
  );
  assert.ok(revision, JSON.stringify(diagnostics));
  const tell = (service: string, more: object, method = "POST") => {
    const headers = { "content-type": "text/xml" };
    const asked = { method, url: `/soap/${service}`, headers, ...more };
    const { outcome, steps } = explainRoute(revision.configuration, asked, revision.contracts);
    const whatOf = (step: string) => steps.find((one) => one.step === step);
    const speed = whatOf("speed");
    return `${outcome.kind}: ${whatOf("caller")?.what}: ${speed?.what}: ${speed?.why}`;
  };
  assert.match(tell("plain", {}), /^forwarded: by the message: translate: the message proves/);
  assert.match(tell("plain", { caller: "erp" }), /^forwarded: erp: translate: the message proves/);
  assert.match(tell("plain", { caller: "all" }), /^forwarded: all: pass/);
  assert.match(tell("shown", { caller: "all" }), /^forwarded: all: translate: wsSecurity adds/);
  assert.match(tell("plain", {}, "GET"), /^refused: no key/);
});
