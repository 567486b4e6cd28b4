/** Idempotency-Key as metadata of gRPC, from and to grpc-js: nothing is translated. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import {
  Metadata,
  status,
  type sendUnaryData,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServiceError,
} from "@grpc/grpc-js";
import { connectOrders, shopProto, startOrders } from "../grpc/stand.ts";
import { startTranslating } from "../translate/stand.ts";

type Unary = ServerUnaryCall<{ readonly id: string }, object>;
type Answer = sendUnaryData<object>;
type Client = ReturnType<typeof connectOrders>;

async function start(context: TestContext, idempotency: object = {}) {
  const placed: string[] = [];
  const port = await startOrders(context, {
    Get: (call: Unary, answer: Answer) => answer(null, { id: call.request.id }),
    Place(call: Unary, answer: Answer) {
      const { id } = call.request;
      placed.push(id);
      if (id === "5") return void setTimeout(() => answer(null, { id: "55" }), 400);
      if (id === "14") return answer({ code: status.UNAVAILABLE, details: "not now" });
      if (id === "9") return answer({ code: status.FAILED_PRECONDITION, details: "no such" });
      const trailer = new Metadata();
      trailer.set("x-placed", String(placed.length));
      answer(null, { id: String(placed.length) }, trailer);
    },
    Add(call: ServerReadableStream<object, object>, answer: Answer) {
      call.on("data", () => undefined).on("end", () => answer(null, { id: "1" }));
    },
  });
  const gateway = await startTranslating(context, {
    text:
      "services:\n  orders:\n    contract: orders.proto\n" +
      `    instances: ["http://127.0.0.1:${port}"]\n` +
      `    policies: ${JSON.stringify([{ idempotency }])}\n`,
    files: { "orders.proto": shopProto },
  });
  return { placed, client: connectOrders(context, gateway.port) };
}

function metadataOf(key: string | undefined): Metadata {
  const metadata = new Metadata();
  if (key !== undefined) metadata.set("idempotency-key", key);
  return metadata;
}

interface Told {
  readonly told: string;
  readonly trailer: string;
}

function place(client: Client, id: string, key: string | undefined): Promise<Told> {
  return new Promise((resolve) => {
    let told = "";
    const method = client["Place"] as (
      message: object,
      metadata: Metadata,
      answer: (error: ServiceError | null, reply: unknown) => void,
    ) => { on(event: "status", heard: (ended: { metadata: Metadata }) => void): void };
    const call = method.call(client, { id }, metadataOf(key), (error, reply) => {
      told = error === null ? JSON.stringify(reply) : `${error.code} ${error.details}`;
    });
    // It comes behind the answer.
    call.on("status", ({ metadata }) => {
      resolve({ told, trailer: metadata.get("x-placed").join() });
    });
  });
}

test("a repetition gets the first message and its trailers", async (context) => {
  const { placed, client } = await start(context);
  const first = await place(client, "7", "k");
  assert.deepEqual(first, { told: '{"id":"1"}', trailer: "1" });
  assert.deepEqual(await place(client, "7", "k"), first);
  assert.equal((await place(client, "7", "l")).told, '{"id":"2"}');
  assert.equal((await place(client, "7", undefined)).told, '{"id":"3"}');
  assert.deepEqual(placed, ["7", "7", "7"]);
});

test("errors are kept, `unavailable` leaves the key free", async (context) => {
  const { placed, client } = await start(context);
  for (const [id, code, times] of [
    ["9", status.FAILED_PRECONDITION, 1],
    ["14", status.UNAVAILABLE, 2],
  ] as const) {
    placed.length = 0;
    for (let count = 0; count < 2; count++) {
      assert.match((await place(client, id, `key-${id}`)).told, new RegExp(`^${code} `));
    }
    assert.equal(placed.length, times);
  }
});

test("refusals have the codes of gRPC", async (context) => {
  const { placed, client } = await start(context, { required: true });
  await place(client, "7", "k");
  const wrong = [
    await place(client, "8", "k"),
    await place(client, "8", undefined),
    await place(client, "8", "a b"),
  ].map(({ told }) => told);
  assert.match(
    wrong[0] ?? "",
    new RegExp(`^${status.INVALID_ARGUMENT} .*used for another request`),
  );
  assert.match(wrong[1] ?? "", new RegExp(`^${status.INVALID_ARGUMENT} .*not safe to repeat`));
  assert.match(
    wrong[2] ?? "",
    new RegExp(`^${status.INVALID_ARGUMENT} .*expected one of 1 to 255`),
  );
  assert.deepEqual(placed, ["7"]);
});

test("a call whose inputs come one by one takes no key", async (context) => {
  const { client } = await start(context);
  const method = client["Add"] as (
    metadata: Metadata,
    answer: (error: ServiceError | null) => void,
  ) => { write(line: object): void; end(): void };
  const error = await new Promise<ServiceError | null>((resolve) => {
    const call = method.call(client, metadataOf("k"), resolve);
    call.write({ sku: "a", count: 1 });
    call.end();
  });
  assert.equal(error?.code, status.INVALID_ARGUMENT);
  assert.match(error?.details ?? "", /takes its inputs one by one; expected no Idempotency-Key/);
});

test("a call that its caller cancels is finished, and its answer found again", async (context) => {
  const { placed, client } = await start(context, { waitMs: 5_000 });
  const method = client["Place"] as (
    message: object,
    metadata: Metadata,
    answer: (error: ServiceError | null) => void,
  ) => { cancel(): void };
  const cancelled = new Promise<ServiceError | null>((resolve) => {
    const call = method.call(client, { id: "5" }, metadataOf("k"), resolve);
    const look = setInterval(() => {
      if (placed.length === 0) return;
      clearInterval(look);
      call.cancel();
    }, 5);
  });
  assert.equal((await cancelled)?.code, status.CANCELLED);
  assert.equal((await place(client, "5", "k")).told, '{"id":"55"}');
  assert.deepEqual(placed, ["5"]);
});
