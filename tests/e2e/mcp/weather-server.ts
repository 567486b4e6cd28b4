/** Third-party MCP servers, to stand behind a gateway. */
import type { TestContext } from "node:test";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { listenHttp } from "#tests/support/listen-http.ts";

function createWeather(): McpServer {
  const server = new McpServer({ name: "weather", version: "3" });
  const place = z.object({ city: z.string(), days: z.number().int().optional() });
  server.registerTool(
    "get_forecast",
    {
      description: "What the weather will be.",
      inputSchema: place,
      outputSchema: z.object({ city: z.string(), degrees: z.array(z.number()) }),
      annotations: { readOnlyHint: true },
    },
    ({ city, days = 1 }) => {
      if (city === "Atlantis") throw new Error("there is no such city");
      const structuredContent = {
        city,
        degrees: Array.from({ length: days }, (_, at) => at + 0.5),
      };
      return {
        structuredContent,
        content: [{ type: "text", text: JSON.stringify(structuredContent) }],
      };
    },
  );
  server.registerTool("say.hello", { inputSchema: z.object({}) }, () => ({
    content: [{ type: "text", text: "hello" }],
  }));
  return server;
}

/** An MCP server on the official library, which answers both versions. */
export async function startServer(
  scope: TestContext,
  create: () => McpServer = createWeather,
): Promise<string> {
  const handler = createMcpHandler(create);
  const address = await listenHttp(scope, (request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const headers = new Headers(request.headers as Record<string, string>);
      const method = request.method ?? "GET";
      const body = method === "GET" ? {} : { body: Buffer.concat(parts) };
      const url = `http://127.0.0.1${request.url}`;
      const answer = await handler.fetch(new Request(url, { method, headers, ...body }));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  return `${address}/mcp`;
}
