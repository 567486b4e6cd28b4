/**
 * OpenAPI 3.1 of any contract, 3.2 where outputs come one by one.
 * Operations without addresses of their own are `POST /{operation}`,
 * safe ones of simple fields also `GET`. What only the contract knows stands under `x-parlance`.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import { isStream, takesStream } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import type { ContractDescriber } from "#extension/protocol.ts";
import { describeSchemas } from "#formats/json-schema/describe-contract.ts";
import { compact, type Schema } from "#formats/json-schema/describe-scope.ts";
import { createAddresses } from "./describe-addresses.ts";
import { describeAlias, describeOperation, describeTwin } from "./describe-operation.ts";
import { problemSchema } from "./describe-faults.ts";

export const describeOpenApi: ContractDescriber = ({ contract }, { address }) => {
  const { scope, schemas, diagnostics } = describeSchemas(contract, "#/components/schemas/");
  const problemName = freeName("Problem", schemas);
  const paths: Record<string, Record<string, unknown>> = {};
  const addressOf = createAddresses();
  const put = (
    { id, rest }: Operation,
    describe: (names: readonly string[]) => Schema,
    method = (rest?.method ?? "POST").toLowerCase(),
  ) => {
    const { path, names } = addressOf(rest?.path ?? `/${id}`);
    const item = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (item === undefined) paths[path] = { [method]: describe(names) };
    else if (Object.hasOwn(item, method)) diagnostics.push(taken(id, method, path));
    else item[method] = describe(names);
  };
  const own = { ...scope, problemRef: `#/components/schemas/${problemName}` };
  for (const operation of contract.operations) {
    const method = (operation.rest?.method ?? "POST").toLowerCase();
    const leftOut = hasNoPlaceForInputs(operation)
      ? streamLeftOut(operation)
      : describedMethods.has(method)
        ? undefined
        : notDescribed(operation);
    if (leftOut !== undefined) {
      diagnostics.push(leftOut);
      continue;
    }
    put(operation, (names) => describeOperation(own, operation, names));
    for (const [index, rest] of (operation.rest?.aliases ?? []).entries()) {
      const alias = { ...operation, id: `${operation.id}_${index + 2}`, rest };
      if (!describedMethods.has(rest.method.toLowerCase())) diagnostics.push(notDescribed(alias));
      else put(alias, (names) => describeAlias(own, alias, names, operation.id));
    }
    const twin = describeTwin(own, operation);
    if (twin !== undefined) put(operation, () => twin, "get");
  }
  const usesProblems = contract.operations.some(hasProblems);
  const document = {
    // What an item of a stream is, OpenAPI says from 3.2 on.
    openapi: contract.operations.some(isStream) ? "3.2.0" : "3.1.0",
    info: compact({
      title: contract.name,
      version: contract.version,
      description: contract.documentation,
    }),
    "x-xml-namespace": contract.namespace,
    servers: [{ url: address }],
    paths,
    components: {
      schemas: { ...schemas, ...(usesProblems ? { [problemName]: problemSchema } : {}) },
    },
  };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  return { text, mediaType: "application/json", diagnostics };
};

const describedMethods = new Set(["get", "put", "post", "delete", "options", "head", "patch"]);

function notDescribed({ id, rest }: Operation): Diagnostic {
  const message = `operation ${id} is left out: OpenAPI 3.1 knows no method ${rest?.method}`;
  return { code: "method-not-described", severity: "warning", message };
}

function taken(id: string, method: string, path: string): Diagnostic {
  const address = `${method.toUpperCase()} ${path}`;
  const message = `operation ${id} is left out: ${address} is described as that of another one`;
  return { code: "address-taken", severity: "warning", message };
}

function hasNoPlaceForInputs(operation: Operation): boolean {
  const { rest } = operation;
  return takesStream(operation) && rest !== undefined && rest.body === undefined;
}

function streamLeftOut({ id, mode }: Operation): Diagnostic {
  const message = `operation ${id} is left out: it is ${mode}, and its address has no body`;
  return { code: "stream-not-described", severity: "warning", message };
}

function hasProblems({ faults }: Operation): boolean {
  return faults.some(({ statuses }) => statuses === undefined);
}

function freeName(word: string, schemas: Readonly<Record<string, Schema>>): string {
  let name = word;
  for (let count = 2; Object.hasOwn(schemas, name); count++) name = `${word}${count}`;
  return name;
}
