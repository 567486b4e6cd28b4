import assert from "node:assert/strict";
import test from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import * as old from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { startShop } from "./shop.ts";

/** What both clients can do, as far as these tests need it. */
interface AnyClient {
  listTools(): Promise<{
    tools: { name: string; annotations?: unknown; outputSchema?: unknown }[];
  }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

type Connect = (url: string, key?: string) => Promise<AnyClient>;

const withKey = (key: string | undefined) =>
  key === undefined ? {} : { requestInit: { headers: { "x-api-key": key } } };

const clients: readonly [version: string, connect: Connect][] = [
  [
    "2026-07-28",
    async (url, key) => {
      const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } } as const;
      const client = new Client({ name: "test", version: "1" }, options);
      await client.connect(new StreamableHTTPClientTransport(new URL(url), withKey(key)));
      return client;
    },
  ],
  [
    "whatever is negotiated",
    async (url, key) => {
      const options = { versionNegotiation: { mode: "auto" } } as const;
      const client = new Client({ name: "test", version: "1" }, options);
      await client.connect(new StreamableHTTPClientTransport(new URL(url), withKey(key)));
      return client;
    },
  ],
  [
    "2025-11-25",
    async (url, key) => {
      const client = new OldClient({ name: "test", version: "1" });
      await client.connect(new old.StreamableHTTPClientTransport(new URL(url), withKey(key)));
      return client;
    },
  ],
];

for (const [version, connect] of clients) {
  test(`a client of ${version} lists tools and calls them`, async (context) => {
    const { gateway, service } = await startShop(context);
    const client = await connect(`${gateway.url}/mcp`);
    context.after(() => client.close());
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ["shop.placeOrder", "shop.getOrder"],
    );
    const hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
    assert.deepEqual(tools[1]?.annotations, hints);
    const found = (await client.callTool({ name: "shop.getOrder", arguments: { id: "7" } })) as {
      structuredContent: unknown;
      content: { text: string }[];
    };
    assert.deepEqual(found.structuredContent, { id: "7" });
    assert.equal(found.content[0]?.text, '{"id":"7"}');
    const number = "9007199254740993";
    const order = { customer: "x", number, lines: [{ sku: "a", quantity: 2 }] };
    const placed = (await client.callTool({ name: "shop.placeOrder", arguments: order })) as {
      content: { text: string }[];
    };
    // The client's own reading of structured content knows no more than 2^53.
    assert.match(placed.content[0]?.text ?? "", /"number":"?9007199254740993"?,/);
    assert.match(service.requests[1]?.body ?? "", /"number":"?9007199254740993"?,/);
  });

  test(`a client of ${version} is told of faults as results of the tool`, async (context) => {
    const { gateway } = await startShop(context);
    const client = await connect(`${gateway.url}/mcp/shop`);
    context.after(() => client.close());
    await client.listTools();
    const told = (await client.callTool({ name: "getOrder", arguments: { id: "404" } })) as {
      isError: boolean;
      content: { text: string }[];
      _meta: Record<string, Record<string, unknown>>;
    };
    assert.equal(told.isError, true);
    const fault = told["_meta"]["parlance/fault"];
    assert.equal(fault?.["kind"], "not_found");
    assert.deepEqual(fault?.["detail"], { reason: "no such order" });
    assert.match(String(fault?.["exchange"]), /^[0-9a-f]{32}$/);
    assert.match(told.content[0]?.text ?? "", /no such order/);
    const wrong = (await client.callTool({
      name: "placeOrder",
      arguments: { customer: "x", lines: [{ sku: "a", quantity: "many" }] },
    })) as typeof told;
    assert.equal(wrong.isError, true);
    assert.equal(wrong["_meta"]["parlance/fault"]?.["place"], "/arguments/lines/0/quantity");
    assert.equal(wrong["_meta"]["parlance/fault"]?.["fault"], "client");
  });

  test(`a client of ${version} sees the tools alone that it may call`, async (context) => {
    const callers = 'callers:\n  agent: { key: k1, may: ["shop.getOrder"] }';
    const { gateway } = await startShop(context, { callers });
    const client = await connect(`${gateway.url}/mcp`, "k1");
    context.after(() => client.close());
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ["shop.getOrder"],
    );
    await assert.rejects(
      client.callTool({ name: "shop.placeOrder", arguments: {} }),
      /Unknown tool: shop\.placeOrder/,
    );
    await assert.rejects(connect(`${gateway.url}/mcp`), /HTTP 401|no key was sent.*caller-unknown/);
  });
}
