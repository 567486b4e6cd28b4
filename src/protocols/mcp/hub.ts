/**
 * MCP to callers (streamable HTTP): `/mcp` with the tools of all services, `/mcp/{service}` with
 * those of one under their own names. No sessions are kept: each request says what it wants.
 */
import type { CreateHub, HubSession, HubStream } from "#extension/hub.ts";
import type { FaceRequest, FaceResponse } from "#extension/protocol.ts";
import { protocolCodes, textOf } from "#formats/json-rpc/request.ts";
import { callTool } from "./call-tool.ts";
import { readMessage, type Asking, type Refusal } from "./request.ts";
import { answer, refuse, resultText, tellFailure, type Asked } from "./results.ts";
import { collectTools, listTools, type Tools } from "./tools.ts";
import { handshakeVersions, own, servedVersions } from "./versions.ts";

export const createMcpHub: CreateHub = (services) => {
  const all = collectTools(services, true);
  const byService = new Map<string, Tools>();
  const find = (name: string): Tools | undefined => {
    const service = services.find(({ serviceName }) => serviceName === name);
    if (service === undefined) return undefined;
    const tools = byService.get(name) ?? collectTools([service], false);
    byService.set(name, tools);
    return tools;
  };
  return {
    addresses: [
      { path: "/mcp", methods: ["POST"] },
      { path: "/mcp/{service}", methods: ["POST"] },
    ],
    async handle(request, session) {
      const name = request.path.slice("/mcp/".length);
      const tools = request.path === "/mcp" ? all : find(name);
      return handle(tools, request, session);
    },
    tell: (_request, fault, exchangeId) => tellFailure(fault, exchangeId),
  };
};

async function handle(
  tools: Tools | undefined,
  http: FaceRequest,
  session: HubSession,
): Promise<FaceResponse | HubStream> {
  const message = readMessage(http);
  if (message.kind === "refusal") return tellRefusal(message, session);
  if (message.kind === "notification") return { status: 202, fields: [], body: Buffer.alloc(0) };
  if (tools === undefined) {
    const told = { code: protocolCodes.methodNotFound, message: "there is no such service" };
    return refuse(404, message.id, told, session.exchangeId);
  }
  const { id, isStateless, params } = message;
  const asked: Asked = { id, isStateless, exchangeId: session.exchangeId };
  switch (message.method) {
    case "server/discover":
      if (isStateless) return answer(200, resultText(asked, discovered));
      break;
    case "initialize":
      if (!isStateless) return answer(200, resultText(asked, initialized(message)));
      break;
    case "ping":
      if (!isStateless) return answer(200, resultText(asked, []));
      break;
    case "tools/list":
      return listTools(tools, asked, params.get("cursor"), session);
    case "tools/call":
      return callTool(tools, message, asked, session);
  }
  const { methodNotFound: code } = protocolCodes;
  const told = { code, message: `Method not found: ${message.method.slice(0, 200)}` };
  return refuse(isStateless ? 404 : 200, id, told, session.exchangeId);
}

const capabilities = '"capabilities":{"tools":{}}';
const discovered = [
  `"supportedVersions":${JSON.stringify(servedVersions)}`,
  capabilities,
  '"ttlMs":60000,"cacheScope":"private"',
];

/** Lifecycle, Version Negotiation: that version if it is served, else the newest one. */
function initialized({ params }: Asking): readonly string[] {
  const wanted = textOf(params.get("protocolVersion"));
  const version = handshakeVersions.find((one) => one === wanted) ?? handshakeVersions[0];
  return [
    `"protocolVersion":${JSON.stringify(version)}`,
    capabilities,
    `"serverInfo":${JSON.stringify(own)}`,
  ];
}

function tellRefusal({ status, id, data, ...told }: Refusal, session: HubSession): FaceResponse {
  return refuse(status, id, told, session.exchangeId, data);
}
