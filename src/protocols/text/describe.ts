/**
 * A text for a service that has none, to begin with: `key=value` lines, CSV for lists, fields under
 * their own names. What it writes is a face over the service, to be changed to what callers speak.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Field, Type } from "#contract/types.ts";
import type { ContractDescriber } from "#extension/protocol.ts";

export const describeText: ContractDescriber = ({ contract }) => {
  const diagnostics: Diagnostic[] = [];
  const operations = contract.operations.flatMap((operation) => {
    const described = describeOperation(contract, operation, diagnostics);
    return described === undefined ? [] : [described];
  });
  const text = [
    "parlance: text/1",
    `name: ${JSON.stringify(contract.name)}`,
    'errors: "ERROR {code} {message}"',
    ...(operations.length === 0 ? ["operations: {}"] : ["operations:", ...operations]),
    "",
  ].join("\n");
  return { text, mediaType: "application/yaml", diagnostics };
};

/** Undefined: it has no text. */
function describeOperation(
  contract: Contract,
  { id, mode, input, output }: Operation,
  diagnostics: Diagnostic[],
): string | undefined {
  const warn = (message: string): undefined => {
    diagnostics.push({ code: "not-in-text", severity: "warning", message: `${id}: ${message}` });
    return undefined;
  };
  if (mode !== "unary" && mode !== "one-way") return warn(`it is ${mode}, so it is left out`);
  const request = describeMessage(contract, input.type, id, warn);
  const answer = output && describeMessage(contract, output.type, undefined, warn);
  if (request === undefined || (output !== undefined && answer === undefined)) return undefined;
  const lines = [`  ${id}:`, "    request:", ...request];
  return [...lines, ...(answer === undefined ? [] : ["    answer:", ...answer])].join("\n");
}

interface Leaf {
  readonly path: string;
  readonly field: Field;
  readonly isList: boolean;
}

interface Leaves {
  readonly said: readonly Leaf[];
  /** Lists of records, which need lines of their own. */
  readonly rows: readonly {
    readonly path: string;
    readonly item: Type;
    readonly required: boolean;
  }[];
  /** What no text can say. */
  readonly unsaid: readonly { readonly path: string; readonly required: boolean }[];
}

/** @param operation that a request is told to be for. */
function describeMessage(
  contract: Contract,
  type: Type,
  operation: string | undefined,
  warn: (message: string) => undefined,
): readonly string[] | undefined {
  const { said, rows, unsaid } = leavesOf(contract, type, "", true, 0);
  const inRows = rows.map(({ path, item }) => ({ path, ...leavesOf(contract, item, "", true, 0) }));
  const [only] = inRows;
  const isTable = inRows.length === 1 && said.length === 0;
  const lost = [...unsaid, ...(isTable ? (only?.unsaid ?? []) : rows)];
  const missing = operation !== undefined ? lost.find(({ required }) => required) : undefined;
  if (missing !== undefined) return warn(`${missing.path} has no place in a text: left out whole`);
  for (const { path } of lost) warn(`${path} has no place in a text, and is not said`);
  if (only !== undefined && isTable) {
    const rest = ["      header: true", `      rows: ${only.path}`];
    const single = only.said.filter((one) => !one.isList);
    return ["      format: csv", ...rest, ...fieldLines(single, operation)];
  }
  if (said.length === 0 && operation === undefined) return ["      format: empty"];
  return ["      format: key-value", ...fieldLines(said, operation)];
}

function fieldLines(leaves: readonly Leaf[], operation: string | undefined): readonly string[] {
  const told = operation === undefined ? [] : [`{ as: operation, const: ${operation} }`];
  return [
    "      fields:",
    ...told.map((one) => `        - ${one}`),
    ...leaves.map(
      ({ path, isList }) => `        - { name: ${path}${isList ? ", many: true" : ""} }`,
    ),
  ];
}

const depthMax = 4;
const namePattern = /^[A-Za-z_][A-Za-z0-9_-]{0,60}$/;

function leavesOf(
  contract: Contract,
  type: Type,
  prefix: string,
  isRequired: boolean,
  depth: number,
): Leaves {
  const record = resolve(contract, type);
  const said: Leaf[] = [];
  const rows: { path: string; item: Type; required: boolean }[] = [];
  const unsaid: { path: string; required: boolean }[] = [];
  for (const field of record.kind === "record" ? fieldsOf(contract, record) : []) {
    const path = prefix + field.name;
    const required = isRequired && field.presence === "required";
    const own = resolve(contract, field.type);
    const item = own.kind === "list" ? resolve(contract, own.item) : own;
    if (!namePattern.test(field.name) || depth > depthMax) unsaid.push({ path, required });
    else if (isScalar(item)) said.push({ path, field, isList: own.kind === "list" });
    else if (own.kind === "list" && item.kind === "record") rows.push({ path, item, required });
    else if (own.kind === "record") {
      const inside = leavesOf(contract, own, `${path}.`, required, depth + 1);
      said.push(...inside.said);
      rows.push(...inside.rows);
      unsaid.push(...inside.unsaid);
    } else unsaid.push({ path, required });
  }
  return { said, rows, unsaid };
}

function isScalar({ kind }: Type): boolean {
  return !["record", "union", "list", "map", "opaque", "ref"].includes(kind);
}
