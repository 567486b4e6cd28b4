/** grpcio, which shares no code with the libraries for JavaScript, as caller and as service. */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { lacksPythonModule, pythonWith } from "#tests/support/python.ts";
import { lacks } from "#tests/support/tools.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { serviceOf } from "./connect-client.ts";
import { connectOrders, shopProto } from "./stand.ts";

const skip = lacksPythonModule("grpc") || lacks("protoc");
const program = fileURLToPath(new URL("./python_orders.py", import.meta.url));

interface Called {
  readonly outputs: readonly Record<string, unknown>[];
  readonly code?: string;
  readonly details?: string;
  readonly hints?: readonly string[];
}
type Told = Readonly<Record<string, Called>> & { readonly seen: readonly string[] };

/** Where the messages of the .proto are, as protoc writes them for Python. */
function messagesOf(context: TestContext): string {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "orders.proto"), shopProto);
  execFileSync("protoc", [`-I${folder}`, `--python_out=${folder}`, "orders.proto"]);
  return folder;
}

async function serve(context: TestContext, folder: string): Promise<number> {
  const server = spawn(pythonWith("grpc") ?? "", [program, folder, "serve"]);
  context.after(() => server.kill());
  const [port] = (await once(server.stdout, "data")) as [Buffer];
  return Number(port.toString());
}

async function call(folder: string, port: number, ...more: readonly string[]): Promise<Told> {
  const args = [program, folder, "call", `${port}`, ...more];
  const { stdout } = await promisify(execFile)(pythonWith("grpc") ?? "", args);
  return JSON.parse(stdout) as Told;
}

async function before(context: TestContext) {
  const folder = messagesOf(context);
  const port = await serve(context, folder);
  const gateway = await startTranslating(context, {
    text: `services:\n  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }\n`,
    files: { "orders.proto": shopProto },
  });
  return { folder, gateway };
}

const found = {
  id: "9007199254740993",
  customer: "Ravi",
  kind: "RUSH",
  lines: [{ sku: "tea", count: 3 }],
};
const lines = Array.from({ length: 200 }, (_, number) =>
  number === 0 ? { sku: "s0" } : { sku: `s${number}`, count: number },
);

function assertWhole(told: Told): void {
  assert.deepEqual(told["found"]?.outputs, [found]);
  assert.deepEqual(told.seen, ["python"]);
  const { code, details, hints } = told["missing"] as Called;
  assert.deepEqual([code, details], ["NOT_FOUND", "no such order: 404 % ü"]);
  assert.deepEqual(hints, ["look elsewhere"]);
  assert.deepEqual(told["watched"]?.outputs, [{}, { id: "1" }, { id: "2" }]);
  const broken = told["broken"] as Called;
  assert.deepEqual([broken.outputs.length, broken.code, broken.details], [3, "DATA_LOSS", "broke"]);
  assert.deepEqual(told["added"]?.outputs, [{ id: "200", lines }]);
  assert.deepEqual(told["chatted"]?.outputs, lines);
  assert.equal(told["unknown"]?.code, "UNIMPLEMENTED");
}

test("python calls python, plain and compressed", { skip }, async (context) => {
  const { folder, gateway } = await before(context);
  assertWhole(await call(folder, gateway.port));
  assertWhole(await call(folder, gateway.port, "gzip"));
});

test("a caller of REST reaches a service in python", { skip }, async (context) => {
  const { gateway } = await before(context);
  const get = (id: string): Promise<Response> => fetch(`${gateway.url}/orders/Get?id=${id}`);
  assert.deepEqual(await (await get(found.id)).json(), found);
  const missing = await get("404");
  assert.equal(missing.status, 404);
  const { detail } = (await missing.json()) as { detail: string };
  assert.equal(detail, "no such order: 404 % ü");
  const watched = await fetch(`${gateway.url}/orders/Watch`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/x-ndjson" },
    body: '{"id":"7"}',
  });
  const told = (await watched.text()).trim().split("\n");
  assert.equal(told.length, 4);
  assert.match(told[3] ?? "", /"problem":.*"detail":"broke"/);
});

test(
  "Connect's client reaches a service in python, inputs one by one",
  { skip },
  async (context) => {
    const { gateway } = await before(context);
    const transport = createConnectTransport({ baseUrl: gateway.url, httpVersion: "2" });
    const client = createClient(serviceOf(shopProto, "shop.v1.Orders"), transport) as unknown as {
      readonly add: (lines: AsyncIterable<object>) => Promise<{ readonly id: bigint }>;
    };
    async function* three(): AsyncIterable<object> {
      for (const sku of ["a", "b", "c"]) yield { sku, count: 1 };
    }
    assert.equal((await client.add(three())).id, 3n);
  },
);

test("grpc-js calls a service in python", { skip }, async (context) => {
  const { gateway } = await before(context);
  const client = connectOrders(context, gateway.port);
  const get = client["Get"] as (
    key: object,
    done: (error: unknown, value?: object) => void,
  ) => void;
  const order = await promisify(get.bind(client))({ id: found.id });
  assert.equal((order as { customer: string }).customer, "Ravi");
});
