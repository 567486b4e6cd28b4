/**
 * What a lock keeps of operations: what each stands for in the source, and how it is called. The
 * first says which one it is, the second whether callers of before are still understood.
 */
import type { Message, Operation, RestBinding } from "./contract.ts";
import { pathShape } from "./path-segments.ts";
import type { Type } from "./types.ts";

export interface Signature {
  readonly mode: Operation["mode"];
  readonly safety: Operation["safety"];
  /** The message's name; absent: it is the operation's own, and is known by its members. */
  readonly input?: string;
  readonly output?: string;
  /** In REST, where these are not what the operation is known by. */
  readonly addresses?: readonly string[];
}

export interface SignatureChange {
  readonly aspect: "mode" | "safety" | "input" | "output" | "addresses";
  readonly was: string;
  readonly now: string;
}

/** "": it has none of its own. */
export function identityOfOperation(operation: Operation): string {
  const { id, grpc, jsonrpc, mcp, graphql, text } = operation;
  if (grpc !== undefined) return `${grpc.service}/${grpc.method}`;
  const older = olderIdentityOf(operation);
  if (older !== "") return older;
  if (jsonrpc !== undefined) return jsonrpc.method;
  if (mcp !== undefined) return mcp.tool;
  if (graphql !== undefined) return `${graphqlKindOf(operation)} ${graphql.operation}`;
  return text === undefined ? "" : id;
}

/** In locks without signatures: methods of gRPC were known by their address in REST, if any. */
export function olderIdentityOf({ rest, soap }: Operation): string {
  if (rest !== undefined) return addressOf(rest);
  if (soap === undefined) return "";
  const { portType = "", action, input } = soap;
  const element = input === undefined ? "" : `{${input.namespace}}${input.name}`;
  return [portType, element, action].filter((part) => part !== "").join(" ");
}

function graphqlKindOf({ mode, safety }: Operation): string {
  if (mode === "server-stream") return "subscription";
  return safety === "safe" ? "query" : "mutation";
}

function addressOf({ method, path }: RestBinding): string {
  return `${method} ${path}`;
}

/** Of an operation under its locked names. */
export function signatureOf({ mode, safety, input, output, rest, grpc }: Operation): Signature {
  const isGrpc = grpc !== undefined;
  const taken = messageName(input, isGrpc);
  const answered = output && messageName(output, isGrpc);
  const addresses =
    rest === undefined || !isGrpc ? [] : [rest, ...(rest.aliases ?? [])].map(addressOf);
  return {
    ...{ mode, safety },
    ...(taken === undefined ? {} : { input: taken }),
    ...(answered === undefined ? {} : { output: answered }),
    ...(addresses.length === 0 ? {} : { addresses }),
  };
}

/** A message of gRPC without a name of the contract's is one of google.protobuf: it never grows. */
function messageName({ type }: Message, isGrpc: boolean): string | undefined {
  if (type.kind === "ref") return type.name;
  if (!isGrpc) return undefined;
  return `{${type.fields.map((field) => `${kindOf(field.type)} ${field.name}`).join(", ")}}`;
}

function kindOf(type: Type): string {
  if (type.kind === "int") return `${type.signed ? "" : "u"}int${type.bits}`;
  return type.kind === "float" ? `float${type.bits}` : type.kind;
}

const safeties = ["unsafe", "idempotent", "safe"] as const;
const own = "a message of its own";

export function compareSignatures(before: Signature, after: Signature): readonly SignatureChange[] {
  const { mode, safety, input = own, output = own } = after;
  const { input: took = own, output: answered = own } = before;
  const hasAnswers = before.mode !== "one-way" && mode !== "one-way";
  const isWeaker = safeties.indexOf(safety) < safeties.indexOf(before.safety);
  const kept = new Set((after.addresses ?? []).map(shapeOf));
  const left = (before.addresses ?? []).filter((one) => !kept.has(shapeOf(one)));
  const now = after.addresses?.join(", ") ?? "none of its own";
  return [
    ...(mode === before.mode ? [] : [{ aspect: "mode", was: before.mode, now: mode } as const]),
    ...(isWeaker ? [{ aspect: "safety", was: before.safety, now: safety } as const] : []),
    ...(input === took ? [] : [{ aspect: "input", was: took, now: input } as const]),
    ...(!hasAnswers || output === answered
      ? []
      : [{ aspect: "output", was: answered, now: output } as const]),
    ...left.map((was) => ({ aspect: "addresses", was, now }) as const),
  ];
}

/** Names of variables in paths are the contract's own affair. */
function shapeOf(address: string): string {
  const [method = "", path = ""] = address.split(" ", 2);
  return `${method} ${pathShape(path)}`;
}

/** Whether one may be the other under a new name; messages of their own say nothing about it. */
export function isAlike(one: Signature, other: Signature): boolean {
  return (
    one.mode === other.mode &&
    one.input !== undefined &&
    one.input === other.input &&
    one.output === other.output
  );
}

const modes: readonly unknown[] = [
  "unary",
  "server-stream",
  "client-stream",
  "bidi",
  "one-way",
] satisfies readonly Operation["mode"][];

export function isSignature(value: unknown): value is Signature {
  if (typeof value !== "object" || value === null) return false;
  const { mode, safety, input, output, addresses } = value as Record<string, unknown>;
  const isName = (one: unknown): boolean => one === undefined || typeof one === "string";
  const isList = addresses === undefined || (Array.isArray(addresses) && addresses.every(isName));
  const isKind = modes.includes(mode) && (safeties as readonly unknown[]).includes(safety);
  return isKind && isName(input) && isName(output) && isList;
}
