/** The tools at one address, and how a caller is told of those that it may call. */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { HubService, HubSession } from "#extension/hub.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import { textOf } from "#formats/json-rpc/request.ts";
import { describeTools } from "./describe.ts";
import { createOperations, faceBinding, type McpOperation } from "./mcp-operation.ts";
import { answer, refuse, resultText, type Asked } from "./results.ts";
import { mcpCodes } from "./versions.ts";

export interface OfferedTool {
  readonly serviceName: string;
  readonly operationId: string;
  readonly name: string;
  /** As its text in a list. */
  readonly text: string;
  /** Compiled when it is first called. */
  readonly operation: McpOperation;
}

/** By name, in the order in which they are listed. */
export type Tools = ReadonlyMap<string, OfferedTool>;

/** @param prefixed whether names have their service before them. */
export function collectTools(services: readonly HubService[], prefixed: boolean): Tools {
  const tools = new Map<string, OfferedTool>();
  for (const { serviceName, contract, offered } of services) {
    // What nobody has offered, no model gets.
    if (offered === undefined || offered.size === 0) continue;
    const described = describeTools(contract, prefixed ? `${serviceName}.` : "");
    const names = new Map(described.tools.map(({ operation, name }) => [operation, name]));
    const find = createOperations(
      contract,
      (operation) => faceBinding(names.get(operation) ?? operation.id, operation),
      defaultDocumentLimits,
    );
    for (const { operation, name, description } of described.tools) {
      if (!offered.has(operation.id)) continue;
      tools.set(name, {
        serviceName,
        operationId: operation.id,
        name,
        text: JSON.stringify(description),
        get operation() {
          return find(operation);
        },
      });
    }
  }
  return tools;
}

export function mayCall({ serviceName, operationId }: OfferedTool, session: HubSession): boolean {
  return session.may(serviceName, operationId);
}

const pageLength = 100;

/** @param cursor the text of the value that the page before gave. */
export function listTools(
  tools: Tools,
  asked: Asked,
  cursor: string | undefined,
  session: HubSession,
): FaceResponse {
  const visible = [...tools.values()].filter((tool) => mayCall(tool, session));
  const from = cursor === undefined ? 0 : startOf(visible, textOf(cursor));
  if (from === undefined) {
    const message = "Invalid params: the cursor is none that was given; ask for the first page";
    return refuse(200, asked.id, { code: mcpCodes.invalidParams, message }, asked.exchangeId);
  }
  const page = visible.slice(from, from + pageLength);
  const members = [`"tools":[${page.map(({ text }) => text).join(",")}]`];
  const last = page.at(-1);
  if (last !== undefined && from + page.length < visible.length) {
    members.push(`"nextCursor":"${Buffer.from(last.name).toString("base64url")}"`);
  }
  if (asked.isStateless) members.push('"ttlMs":60000,"cacheScope":"private"');
  return answer(200, resultText(asked, members));
}

/** Cursors name the last tool of the page before, so that tools may come and go between pages. */
function startOf(visible: readonly OfferedTool[], cursor: string | undefined): number | undefined {
  const name = Buffer.from(cursor ?? "", "base64url").toString("utf8");
  const index = visible.findIndex((tool) => tool.name === name);
  return index < 0 ? undefined : index + 1;
}
