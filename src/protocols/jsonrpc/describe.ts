/** OpenRPC 1.3 of any contracts: their operations as methods with named parameters. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { faultTable } from "#call/fault-table.ts";
import { takesStream } from "#call/problems.ts";
import { collectOutputs } from "#contract/collected-stream.ts";
import type { DeclaredFault, Operation } from "#contract/contract.ts";
import type { ContractDescriber, ServiceContract } from "#extension/protocol.ts";
import { describeSchemas, type ContractSchemas } from "#formats/json-schema/describe-contract.ts";
import { compact, type Schema } from "#formats/json-schema/describe-scope.ts";
import { referredSchemas } from "#formats/json-schema/referred-schemas.ts";
import { bindingOf, fieldsIn } from "./jsonrpc-operation.ts";

export interface DescribeOptions {
  /** Whether methods have their service's name before them. */
  readonly prefixed: boolean;
  readonly address: string;
  readonly shows: (serviceName: string, operationId: string) => boolean;
}

export const describeOneOpenRpc: ContractDescriber = (service, { address }) => {
  const options = { prefixed: false, address, shows: () => true };
  const { text, diagnostics } = describeOpenRpc([service], options);
  return { text, mediaType: "application/json", diagnostics };
};

const refPrefix = "#/components/schemas/";

export function describeOpenRpc(
  services: readonly ServiceContract[],
  { prefixed, address, shows }: DescribeOptions,
): { readonly text: string; readonly diagnostics: readonly Diagnostic[] } {
  const schemas: Record<string, Schema> = {};
  const diagnostics: Diagnostic[] = [];
  let hidesSome = false;
  const methods = services.flatMap(({ serviceName, contract }) => {
    const prefix = prefixed ? `${serviceName}.` : "";
    const described = describeSchemas(contract, refPrefix + prefix);
    for (const [name, schema] of Object.entries(described.schemas)) schemas[prefix + name] = schema;
    diagnostics.push(...described.diagnostics);
    return contract.operations.flatMap((operation) => {
      if (!shows(serviceName, operation.id)) {
        hidesSome = true;
        return [];
      }
      if (!takesStream(operation)) {
        return [describeMethod(described, collectOutputs(contract, operation), prefix)];
      }
      const message = `operation ${operation.id} is left out: JSON-RPC has one request`;
      diagnostics.push({ code: "stream-not-described", severity: "warning", message });
      return [];
    });
  });
  // Types of what is not told are not told either.
  const needed = hidesSome ? referredSchemas(methods, refPrefix, schemas) : undefined;
  const told = Object.entries(schemas).filter(([name]) => needed?.has(name) !== false);
  const [only] = services;
  const info = prefixed
    ? { title: "Parlance", version: "1" }
    : { title: only?.contract.name ?? "", version: only?.contract.version ?? "" };
  const document = {
    openrpc: "1.3.2",
    info,
    servers: [{ name: "gateway", url: address }],
    methods,
    components: { schemas: Object.fromEntries(told) },
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, diagnostics };
}

function describeMethod({ scope }: ContractSchemas, operation: Operation, prefix: string): Schema {
  const { contract } = scope;
  const { documentation, deprecated, input, output, faults } = operation;
  const binding = bindingOf(contract, operation);
  const fields = new Map(fieldsIn(contract, input.type).map((field) => [field.name, field]));
  const params = binding.parameters.flatMap((name) => {
    const field = fields.get(name);
    if (field === undefined) return [];
    const required = field.presence === "required" ? true : undefined;
    const described = { description: field.documentation, required };
    const schema = nullable(scope.type(field.type), field.nullable);
    return [compact({ name: field.jsonName ?? field.name, ...described, schema })];
  });
  // OpenRPC, Method Object: parameters that must be there stand before the others.
  const ordered = params.toSorted(
    (one, other) => Number(isOptional(one)) - Number(isOptional(other)),
  );
  const result = output === undefined ? undefined : resultSchema(scope, operation, binding.result);
  const errors = faults.map((fault) => describeError(scope, fault));
  return compact({
    name: prefix + binding.method,
    description: documentation,
    deprecated,
    paramStructure: binding.byPosition ? "by-position" : "by-name",
    params: binding.byPosition ? params : ordered,
    result: result && { name: "result", schema: result },
    errors: errors.length === 0 ? undefined : errors,
    // An error has no member for its name, nor any of its own.
    "x-error-names": errors.length === 0 ? undefined : faults.map(({ name }) => name),
  });
}

function isOptional(param: Schema): boolean {
  return param["required"] !== true;
}

function nullable(schema: Schema, isNullable: boolean): Schema {
  return isNullable ? { anyOf: [schema, { type: "null" }] } : schema;
}

function resultSchema(
  scope: ContractSchemas["scope"],
  { output }: Operation,
  result: string | undefined | null,
): Schema {
  if (output === undefined || result === null) return { type: "null" };
  if (result === undefined) return scope.type(output.type);
  const field = fieldsIn(scope.contract, output.type).find(({ name }) => name === result);
  return field === undefined ? {} : nullable(scope.type(field.type), field.nullable);
}

function describeError(scope: ContractSchemas["scope"], fault: DeclaredFault): Schema {
  const code = fault.jsonRpcCode ?? faultTable.failed_precondition.jsonRpc;
  const data = fault.type === undefined ? undefined : scope.type(fault.type);
  return compact({ code, message: fault.documentation ?? fault.name, data });
}
