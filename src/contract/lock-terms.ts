/** How an operation is called, as a lock keeps it, and whether callers are still understood. */
import type { Message, Operation, RestBinding } from "./contract.ts";
import { pathShape } from "./path-segments.ts";
import type { Type } from "./types.ts";

export interface Terms {
  readonly mode: Operation["mode"];
  readonly safety: Operation["safety"];
  /** The message's name; absent: it is the operation's own, and is known by its members. */
  readonly input?: string;
  readonly output?: string;
  /** In REST, where these are not what the operation is known by. */
  readonly addresses?: readonly string[];
  /** Its method in gRPC has the name of another's, by which that one is called. */
  readonly isHidden?: true;
}

export interface TermsChange {
  readonly aspect: "mode" | "safety" | "input" | "output" | "addresses";
  readonly was: string;
  readonly now: string;
}

export function addressOf({ method, path }: RestBinding): string {
  return `${method} ${path}`;
}

/** Of an operation under its locked names. */
export function termsOf({ mode, safety, input, output, rest, grpc }: Operation): Terms {
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

export function compareTerms(before: Terms, after: Terms): readonly TermsChange[] {
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
  const end = address.indexOf(" ") + 1;
  return address.slice(0, end) + pathShape(address.slice(end));
}

/** What one and the same operation has under any name; messages of its own say nothing about it. */
export function likenessOf({ mode, input, output }: Terms): string | undefined {
  return input === undefined ? undefined : JSON.stringify([mode, input, output]);
}

const modes: readonly unknown[] = [
  "unary",
  "server-stream",
  "client-stream",
  "bidi",
  "one-way",
] satisfies readonly Operation["mode"][];

export function isTerms(value: unknown): value is Terms {
  if (typeof value !== "object" || value === null) return false;
  const {
    mode,
    safety,
    input,
    output,
    addresses,
    isHidden = true,
  } = value as Record<string, unknown>;
  const isName = (one: unknown): boolean => one === undefined || typeof one === "string";
  const isList = addresses === undefined || (Array.isArray(addresses) && addresses.every(isName));
  const isKind = modes.includes(mode) && (safeties as readonly unknown[]).includes(safety);
  return isKind && isName(input) && isName(output) && isList && isHidden === true;
}
