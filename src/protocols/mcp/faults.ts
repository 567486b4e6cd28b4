/** What MCP servers say when a call fails, as faults. */
import type { Fault } from "#call/call.ts";
import { faultKindOfHttp, faultKindOfMcp } from "#call/fault-table.ts";
import { readFaultData, type FaultCodec } from "#formats/json/declared-faults.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { textOf } from "#formats/json-rpc/request.ts";
import { mcpCodes, metaKeys } from "./versions.ts";

type Members = ReadonlyMap<string, string>;

/** @param text of an error object. */
export function readError(text: string, codecs: readonly FaultCodec[]): Fault {
  const spans = readValueSpans(text);
  if (spans.kind !== "object") return broken("the error is no object");
  const code = Number(spans.members.get("code") ?? "NaN");
  if (!Number.isInteger(code)) return broken("the error has no whole number as its code");
  const message = textOf(spans.members.get("message")) ?? `error ${code}`;
  const own = readFaultData(spans.members.get("data"), codecs);
  if (own !== undefined) return { kind: "fault", message, ...own };
  const hint = hints.get(code) ?? (/\bsession\b/i.test(message) ? session : "");
  const told = `${message}${hint}`;
  const faultKind = faultKindOfMcp(code);
  const blame = faultKind === "invalid_argument" ? "client" : "service";
  return { kind: "fault", faultKind, blame, code: `error-${Math.abs(code)}`, message: told };
}

/** What an operator can do about it. */
const session = " (the server may want a session; calls are sent without)";
const hints: ReadonlyMap<number, string> = new Map([
  [mcpCodes.unsupportedVersion, " (import the service again: it speaks another version)"],
  [mcpCodes.headerMismatch, " (import the service again: its tools have changed)"],
  [-32000, session],
]);

/** A result with `isError`: its text is for models, and all that others have. */
export function readToolError(result: Members, codecs: readonly FaultCodec[]): Fault {
  const message = textsIn(result.get("content")).join("\n") || "the tool failed and says no more";
  const metaText = result.get("_meta");
  const meta = metaText === undefined ? undefined : readValueSpans(metaText);
  const data = meta?.kind === "object" ? meta.members.get(metaKeys.fault) : undefined;
  const own = readFaultData(data, codecs);
  if (own !== undefined) {
    // Behind the message, the text repeats what stands in the data.
    const end = message.lastIndexOf("\n{");
    return { kind: "fault", message: end < 0 ? message : message.slice(0, end), ...own };
  }
  const told = { faultKind: "unknown", blame: "service", code: "tool-error" } as const;
  return { kind: "fault", ...told, message };
}

/** @param content text of a list of content blocks. */
export function textsIn(content: string | undefined): readonly string[] {
  const spans = content === undefined ? undefined : readValueSpans(content);
  if (spans?.kind !== "array") return [];
  return spans.items.flatMap((item) => {
    const block = readValueSpans(item);
    if (block.kind !== "object" || textOf(block.members.get("type")) !== "text") return [];
    return textOf(block.members.get("text")) ?? [];
  });
}

export function httpFault(status: number): Fault {
  if (status < 400) return broken("it is no response of JSON-RPC");
  const message = `the service answered with status ${status} and no response of MCP`;
  const faultKind = faultKindOfHttp(status);
  return { kind: "fault", faultKind, blame: "service", code: "no-mcp", message };
}

export function broken(message: string): Fault {
  const told = { faultKind: "internal", blame: "service", code: "bad-answer" } as const;
  return { kind: "fault", ...told, message: `the service's answer is no MCP: ${message}` };
}
