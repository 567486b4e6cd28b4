/** A REST service behind a gateway that offers its operations as tools. */
import type { TestContext } from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import {
  startStandIn,
  startTranslating,
  type ServiceAnswer,
  type StandInService,
  type TranslatingGateway,
} from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };

export interface ShopOptions {
  /** What the service offers as tools, in YAML. */
  readonly mcp?: string;
  readonly callers?: string;
}

export async function startShop(
  scope: TestContext,
  { mcp = '["*"]', callers = "callers: open" }: ShopOptions = {},
): Promise<{ readonly service: StandInService; readonly gateway: TranslatingGateway }> {
  const service = await startStandIn(scope, ({ method, url, body }): ServiceAnswer => {
    if (method === "POST") {
      return { status: 201, headers: json, body: `{"id":"o1","order":${body}}` };
    }
    if (url.startsWith("/orders/404")) {
      return { status: 404, headers: json, body: '{"reason":"no such order"}' };
    }
    return { headers: json, body: JSON.stringify({ id: url.split(/[/?]/)[2] }) };
  });
  const gateway = await startTranslating(scope, {
    text: `services:
  shop: { contract: shop.yaml, instances: ["${service.url}"], mcp: ${mcp} }
${callers}
`,
    files: { "shop.yaml": shopOpenApi },
  });
  return { service, gateway };
}

/** What programs that follow 2026-07-28 send. */
export function statelessRequest(
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  { id = 1, version = "2026-07-28", meta = {} } = {},
): { readonly headers: Record<string, string>; readonly body: string } {
  const { name } = params;
  const headers = {
    ...json,
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": version,
    "mcp-method": method,
    ...(typeof name === "string" ? { "mcp-name": name } : {}),
  };
  const own = {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
    ...meta,
  };
  return {
    headers,
    body: JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: own } }),
  };
}
