/** Streams that pass as they are, and that an instance ends while their callers still send. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { status, type ServerDuplexStream, type ServiceError } from "@grpc/grpc-js";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { connectOrders, shopProto, startOrders } from "./stand.ts";

interface Line {
  readonly sku: string;
  readonly count: number;
}
type Chat = ServerDuplexStream<Line, Line>;

test("the gateway outlives an instance that ends a stream in the middle", async (context) => {
  const port = await startOrders(context, {
    Get: () => undefined,
    Place: () => undefined,
    Watch: () => undefined,
    Add: () => undefined,
    Chat(call: Chat) {
      call.on("error", () => undefined);
      call.on("data", (line: Line) => {
        if (line.sku !== "bad") return call.write(line);
        return call.emit("error", { code: status.FAILED_PRECONDITION, details: "no bad ones" });
      });
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }
`,
    files: { "orders.proto": shopProto },
  });
  const client = connectOrders(context, gateway.port);
  const call = (client["Chat"] as () => Chat).call(client);
  const got: string[] = [];
  call.on("data", ({ sku }: Line) => got.push(sku));
  call.write({ sku: "good", count: 1 });
  call.write({ sku: "bad", count: 1 });
  const [error] = (await once(call, "error")) as [ServiceError];
  assert.equal(error.code, status.FAILED_PRECONDITION, error.message);
  assert.deepEqual(got, ["good"]);
});
