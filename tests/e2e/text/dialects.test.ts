import assert from "node:assert/strict";
import test from "node:test";
import { promisify } from "node:util";
import {
  status as grpcStatus,
  type GrpcObject,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { connect, describedProto, packageOf } from "#tests/e2e/grpc/stand.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { askRaw } from "./ask-raw.ts";
import { startProgram } from "./program.ts";
import { tariffs } from "./tariffs-contract.ts";

const json = { "content-type": "application/json" };

function oldProgram(said: string): string {
  if (said.startsWith("TARFDE")) return "OK     125007\r\n";
  return said.startsWith("CLOS") ? "Y\r\n" : "E04 no such country\r\n";
}

async function startTariffs(scope: test.TestContext, more = "") {
  const program = await startProgram(scope, oldProgram);
  const gateway = await startTranslating(scope, {
    text: `services:\n  tariffs: { contract: t.yaml, instances: ["${program.url}"] }\n${more}`,
    files: { "t.yaml": tariffs("{}", 'errors: "E99 {message}"') },
  });
  const rest = (operation: string, body: object) =>
    fetch(`${gateway.url}/tariffs/${operation}`, {
      method: "POST",
      headers: json,
      body: JSON.stringify(body),
    });
  return { program, gateway, rest };
}

test("a REST caller reaches a program that speaks fixed width over TCP", async (context) => {
  const { program, rest } = await startTariffs(context);
  const quoted = await rest("quoteTariff", { country: "DE", weight: "12.5" });
  assert.equal(await quoted.text(), '{"price":"12.50","days":7}');
  const closed = await rest("closeDay", { day: "2026-11-25" });
  assert.equal(await closed.text(), '{"closed":true}');
  assert.deepEqual(program.received, ["TARFDE012500\r\n", "CLOS20261125\r\n"]);
});

test("what means a failure is the declared fault, with what the program said", async (context) => {
  const { rest } = await startTariffs(context);
  const unknown = await rest("quoteTariff", { country: "XX", weight: "1" });
  assert.equal(unknown.status, 404);
  const problem = (await unknown.json()) as { code: string; detail: string; fault: string };
  assert.deepEqual(
    [problem.code, problem.detail, problem.fault],
    ["unknownCountry", "no such country", "client"],
  );
});

test("SOAP and JSON-RPC callers reach it as well", async (context) => {
  const { gateway } = await startTariffs(context);
  const soap = await fetch(`${gateway.url}/soap/tariffs`, {
    method: "POST",
    headers: { "content-type": "text/xml" },
    body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
      <quoteTariff xmlns="urn:parlance:tariffs"><country>DE</country><weight>1</weight>
      </quoteTariff></e:Body></e:Envelope>`,
  });
  assert.match(await soap.text(), /<[^>]*price>12.50<\/[^>]*price><[^>]*days>7</);
  const call = {
    ...{ jsonrpc: "2.0", method: "quoteTariff", id: 1 },
    params: { country: "DE", weight: "1" },
  };
  const rpc = await fetch(`${gateway.url}/rpc/tariffs`, {
    method: "POST",
    headers: json,
    body: JSON.stringify(call),
  });
  assert.deepEqual(await rpc.json(), {
    ...{ jsonrpc: "2.0", id: 1 },
    result: { price: "12.50", days: 7 },
  });
});

test("a gRPC client reaches it by the .proto that is described", async (context) => {
  const { gateway } = await startTariffs(context);
  const root = packageOf(describedProto("tariffs", "t.yaml", tariffs()));
  const Client = (root["tariffs"] as GrpcObject)["Tariffs"] as ServiceClientConstructor;
  const client = connect(context, Client, gateway.port);
  const quote = (country: string): Promise<unknown> => {
    const invoke = client["QuoteTariff"] as (
      message: object,
      answer: (error: ServiceError | null, value?: unknown) => void,
    ) => void;
    return promisify(invoke.bind(client))({ country, weight: "1" });
  };
  assert.deepEqual(await quote("DE"), { price: "12.50", days: 7 });
  await assert.rejects(quote("XX"), (error: ServiceError) => {
    assert.equal(error.code, grpcStatus.NOT_FOUND);
    assert.equal(error.details, "no such country");
    return true;
  });
});

test("an old program calls in text over HTTP, by address or by what it says", async (context) => {
  const { gateway, program } = await startTariffs(context);
  const ask = (path: string, body: string) =>
    fetch(`${gateway.url}/text/tariffs${path}`, { method: "POST", body });
  const byText = await ask("", "TARFDE000500");
  assert.equal(await byText.text(), "OK     125007");
  const byAddress = await ask("/closeDay", "CLOS20261125");
  assert.equal(await byAddress.text(), "Y");
  const unknown = await ask("", "TARFXX000500");
  assert.equal(unknown.status, 404);
  assert.equal(await unknown.text(), "E04 no such country");
  const bad = await ask("", "TARFDE0005");
  assert.equal(bad.status, 400);
  assert.equal(await bad.text(), "E99 the line has 10 characters; expected 12");
  const none = await ask("", "HELLO");
  assert.match(await none.text(), /^E99 the message begins as that of no operation/);
  assert.equal(program.received.length, 3);
});

test("an old program calls over TCP and is known by its address", async (context) => {
  const { gateway, program } = await startTariffs(
    context,
    "callers:\n  depot: { key: a-key-of-the-depot, may: [tariffs.quoteTariff] }\n",
  );
  const where = { host: "127.0.0.1", port: 0, service: "tariffs", shared: false };
  const callers = [{ block: "127.0.0.0/8", caller: "depot" }];
  const port = await gateway.gateway.listenText({ ...where, caller: undefined, callers });
  const nobody = await gateway.gateway.listenText({ ...where, caller: undefined, callers: [] });
  assert.equal(await askRaw(port, ["TARF", "DE000", "500\r", "\n"]), "OK     125007\r\n");
  assert.equal(await askRaw(port, ["TARFXX000500\n"]), "E04 no such country\r\n");
  assert.match(await askRaw(port, ["CLOS20261125\n"]), /^E99 caller depot may not call/);
  assert.match(await askRaw(nobody, ["TARFDE000500\n"]), /^E99 no key was sent/);
  assert.equal(program.received.length, 2);
  assert.deepEqual(
    gateway.done.map(({ status, code }) => [status, code]),
    [
      [200, undefined],
      [404, "unknownCountry"],
      [403, "caller-not-permitted"],
      [401, "caller-unknown"],
    ],
  );
});
