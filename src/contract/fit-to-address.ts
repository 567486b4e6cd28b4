/**
 * Messages for the test of what REST carries: of those that are made from types alone none may fit
 * an address whose path is narrower than its fields are, as with `{name=shelves/*}`.
 */
import type { Contract, Operation, RestBinding } from "./contract.ts";
import { generateScalar } from "./generate-scalars.ts";
import type { GeneratedMessage } from "./generate-values.ts";
import { findMember, memberOf, withMember } from "./member-path.ts";
import { cutPath } from "./path-segments.ts";
import { resolve } from "./resolve.ts";
import type { EnumType, ScalarType, Type } from "./types.ts";
import type { ValueRecord } from "./value.ts";

/** The messages, and behind them the same with what the path of the operation can hold. */
export function withFitting(
  contract: Contract,
  operation: Operation,
  messages: readonly GeneratedMessage[],
): readonly GeneratedMessage[] {
  const { rest, grpc } = operation;
  if (rest === undefined || grpc === undefined || !rest.path.includes("{")) return messages;
  const fitting = messages.map((message) => {
    return { ...message, body: fit(contract, operation, rest, message.body) };
  });
  return [...messages, ...fitting];
}

function fit(
  contract: Contract,
  { input }: Operation,
  { path, parameters }: RestBinding,
  body: ValueRecord,
): ValueRecord {
  let fitting = body;
  for (const { name, pattern } of cutPath(path).variables) {
    const parameter = parameters.find((one) => one.in === "path" && one.name === name);
    const keys = parameter && [parameter.field, ...(parameter.within ?? [])];
    const found = keys && findMember(contract, input.type, keys);
    if (found === undefined) continue;
    const held = memberOf(body, found.steps) ?? "";
    if (pattern === undefined && held !== "") continue;
    const type = resolve(contract, found.field.type);
    const made = isSingle(type) ? generateScalar(type, "ordinary") : undefined;
    const value = pattern === undefined ? made : exampleOf(pattern);
    if (value !== undefined) fitting = withMember(fitting, found.steps, value);
  }
  return fitting;
}

function isSingle(type: Type): type is ScalarType | EnumType {
  return !["record", "union", "list", "map", "opaque", "ref"].includes(type.kind);
}

function exampleOf(pattern: readonly string[]): string {
  return pattern.map((text) => (text === "*" ? "one" : text === "**" ? "one/two" : text)).join("/");
}
