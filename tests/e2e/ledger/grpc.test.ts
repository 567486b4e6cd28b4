/** How a call in gRPC ended stands in its entry, though its messages pass as they are. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Metadata, ServiceError, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { entryLine } from "#cli/entry-line.ts";
import { createFolder } from "#tests/e2e/cli/run-parlance.ts";
import { connectOrders, shopProto, startOrders } from "../grpc/stand.ts";
import { configurationOf, runGateway } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

interface Stream {
  on(event: "data" | "error" | "status", listener: (told: { metadata: Metadata }) => void): void;
}

interface Orders {
  Get(key: { id: number }, done: (error: ServiceError | null) => void): Stream;
  Watch(key: { id: number }): Stream;
}

type Done = (error: object | null, answer?: object) => void;

const service: UntypedServiceImplementation = {
  Get({ request }: ServerUnaryCall<{ id: string }, object>, done: Done) {
    if (request.id === "4") done({ code: 5, details: "no such order" });
    else done(null, request);
  },
  Watch(stream: ServerWritableStream<object, object>) {
    stream.write({ id: 1 });
    stream.emit("error", { code: 13, details: "broke" });
  },
};

async function stand(t: TestContext) {
  const port = await startOrders(t, service);
  const { folder, path, text } = ledgerFolder(t);
  const file = join(folder, "shop.proto");
  writeFileSync(file, shopProto);
  const own = `, contract: ${file}, http2: true, mcp: [Watch], ledger: { capture: full }`;
  const url = `http://127.0.0.1:${port}`;
  const gateway = await runGateway(t, configurationOf(url, { more: text(), service: own }));
  return { path, gateway };
}

test("the status of a call in gRPC that passed is on record", async (t) => {
  const { path, gateway } = await stand(t);
  const orders = connectOrders(t, Number(new URL(gateway.url).port)) as unknown as Orders;
  const ended = (call: Stream): Promise<void> =>
    new Promise((resolve) => {
      call.on("data", () => undefined);
      call.on("error", () => undefined);
      call.on("status", () => resolve());
    });
  await ended(orders.Get({ id: 1 }, () => undefined));
  await ended(orders.Get({ id: 4 }, () => undefined));
  await ended(orders.Watch({ id: 1 }));
  const entries = readLedger(path).of("exchange");
  const told = entries.map(({ operation, status, faultKind, blame }) => {
    return [operation, status, faultKind, blame];
  });
  assert.deepEqual(told, [
    ["Get", 200, undefined, undefined],
    ["Get", 200, "not_found", undefined],
    ["Watch", 200, "internal", undefined],
  ]);
  const lines = entries.map((entry, index) => entryLine({ index, entry }));
  assert.match(lines[1] ?? "", / by open not_found [0-9a-f]{32}$/);
  using place = createFolder();
  const where = ["--config", gateway.configPath, "--admin", gateway.adminUrl];
  const shown = place.parlance([
    "ledger",
    "show",
    entries[0]?.exchange ?? "",
    "--bodies",
    ...where,
  ]);
  assert.match(shown.out, /requestBody, 7 bytes:\n  base64 AAAAAAIIAQ==\n/);
  const { out } = place.parlance(["explain", entries[1]?.exchange ?? "", ...where]);
  assert.match(out, /ended .* forwarded, status 200: not_found\n/);
  assert.match(out, /speed +pass: the instances speak gRPC, too: bytes pass as they are/);
});

test("a stream that broke is told of where it was asked for, too", async (t) => {
  const { path, gateway } = await stand(t);
  const call = { name: "echo.Watch", arguments: { id: "1" }, _meta: { progressToken: 1 } };
  const asked = [
    ["/graphql/echo", { query: 'subscription { Watch(id: "1") { id } }' }],
    ["/mcp", { jsonrpc: "2.0", id: 1, method: "tools/call", params: call }],
  ] as const;
  for (const [at, body] of asked) {
    const accept = at === "/mcp" ? "application/json, text/event-stream" : "text/event-stream";
    const headers = { "content-type": "application/json", accept };
    const sent = { method: "POST", headers, body: JSON.stringify(body) };
    const answer = await fetch(gateway.url + at, sent);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.match(await answer.text(), /broke/);
    const entry = readLedger(path).exchange(answer.headers.get("parlance-exchange") ?? "");
    const told = { verdict: "answered", fault: "internal", faultKind: "internal" } as const;
    assert.partialDeepStrictEqual(entry, { ...told, blame: "service" }, at);
  }
});
