import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startShop } from "./shop.ts";

const agent = fileURLToPath(new URL("../../../examples/estate/agent/agent.ts", import.meta.url));

test("the agent of the sample estate lists tools and calls two of them", async (context) => {
  const callers = 'callers:\n  agent: { key: k1, may: ["shop.*"] }';
  const { gateway } = await startShop(context, { callers });
  const order = '{"customer":"x","lines":[]}';
  const words = ["shop.getOrder", '{"id":"7"}', "shop.placeOrder", order];
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [agent, `${gateway.url}/mcp`, "k1", ...words]);
  assert.deepEqual(stdout.trim().split("\n"), [
    "shop.placeOrder (changes)",
    "shop.getOrder (reads)",
    'shop.getOrder answered: {"id":"7"}',
    `shop.placeOrder answered: {"id":"o1","order":${order}}`,
  ]);
});
