/**
 * The tools of a running MCP server, as a document that its importer reads. The newest version is
 * tried first, then the handshake of earlier ones; what was spoken is written down.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Platform } from "#base/platform.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { readEvents } from "#formats/sse/read-events.ts";
import { readText } from "./fetch-contract.ts";

const documentBytesMax = 20 * 1024 * 1024;
const answerMsMax = 15_000;
const pagesMax = 100;

const stateless = "2026-07-28";
const handshake = "2025-11-25";
const client = '{"name":"parlance","version":"1"}';

export interface FetchedTools {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

type Members = ReadonlyMap<string, string>;

interface Answer {
  readonly members: Members;
  readonly session: string | undefined;
}

/** Undefined: whatever is there, it speaks no MCP. */
export async function fetchTools(
  url: string,
  { sockets }: Pick<Platform, "sockets">,
): Promise<FetchedTools | undefined> {
  const post: Post = (fields, body) => ask(sockets, url, fields, body);
  return (await askStateless(post)) ?? (await askWithHandshake(post));
}

type Post = (fields: Readonly<Record<string, string>>, body: string) => Promise<Answer | undefined>;

async function askStateless(post: Post): Promise<FetchedTools | undefined> {
  const prefix = "io.modelcontextprotocol/";
  const meta = `"${prefix}protocolVersion":"${stateless}","${prefix}clientInfo":${client}`;
  const said = `"_meta":{${meta},"${prefix}clientCapabilities":{}}`;
  const fields = { "mcp-protocol-version": stateless, "mcp-method": "tools/list" };
  return listAll((params) => post(fields, request("tools/list", [...params, said])), stateless);
}

async function askWithHandshake(post: Post): Promise<FetchedTools | undefined> {
  const said = [`"protocolVersion":"${handshake}"`, '"capabilities":{}', `"clientInfo":${client}`];
  const hello = await post({}, request("initialize", said));
  const result = membersOf(hello?.members.get("result"));
  const version = result?.get("protocolVersion");
  if (hello === undefined || result === undefined || !version?.startsWith('"')) return undefined;
  const spoken = JSON.parse(version) as string;
  const { session } = hello;
  const fields = {
    "mcp-protocol-version": spoken,
    ...(session === undefined ? {} : { "mcp-session-id": session }),
  };
  await post(fields, '{"jsonrpc":"2.0","method":"notifications/initialized"}');
  const found = await listAll((params) => post(fields, request("tools/list", params)), spoken);
  if (found === undefined || session === undefined) return found;
  const message = "the server keeps sessions; its tools are called without, which it may refuse";
  const warning: Diagnostic = { code: "mcp-session", severity: "warning", message };
  return { ...found, diagnostics: [...found.diagnostics, warning] };
}

function request(method: string, params: readonly string[]): string {
  return `{"jsonrpc":"2.0","id":1,"method":"${method}","params":{${params.join(",")}}}`;
}

/** Page by page; the tools stand in the document as the server wrote them. */
async function listAll(
  list: (params: readonly string[]) => Promise<Answer | undefined>,
  version: string,
): Promise<FetchedTools | undefined> {
  const tools: string[] = [];
  let length = 0;
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const answer = await list(cursor === undefined ? [] : [`"cursor":${cursor}`]);
    const result = membersOf(answer?.members.get("result"));
    const listed = readValueSpans(result?.get("tools") ?? "null");
    if (result === undefined || listed.kind !== "array") return undefined;
    tools.push(...listed.items);
    length += listed.items.reduce((sum, tool) => sum + tool.length, 0);
    cursor = result.get("nextCursor");
    if (cursor === undefined || cursor === "null" || length > documentBytesMax) break;
  }
  const more = cursor === undefined || cursor === "null" ? "" : `\n  "nextCursor": ${cursor},`;
  const head = `{\n  "protocolVersion": ${JSON.stringify(version)},${more}\n  "tools": [\n    `;
  return { text: `${head}${tools.join(",\n    ")}\n  ]\n}\n`, diagnostics: [] };
}

/** Undefined: it answered with something else, or not at all. */
async function ask(
  sockets: Platform["sockets"],
  url: string,
  fields: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer | undefined> {
  try {
    const answer = await sockets.fetch(url, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(answerMsMax),
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...fields,
      },
      body,
    });
    const { text } = await readText(url, answer, documentBytesMax);
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") === true;
    const members = isStream ? lastIn(text) : membersOf(text);
    const session = answer.headers.get("mcp-session-id") ?? undefined;
    return members?.has("jsonrpc") === true ? { members, session } : undefined;
  } catch {
    return undefined;
  }
}

function lastIn(text: string): Members | undefined {
  const events = readEvents(documentBytesMax).push(Buffer.from(text));
  const found = events.flatMap((event) =>
    event.kind === "event" ? (membersOf(event.data) ?? []) : [],
  );
  return found.findLast((members) => members.has("result") || members.has("error"));
}

function membersOf(text: string | undefined): Members | undefined {
  const spans = text === undefined ? undefined : readValueSpans(text);
  return spans?.kind === "object" ? spans.members : undefined;
}
