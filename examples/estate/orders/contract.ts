/** The hand-written contract, and request validation by exactly its schemas. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { FastifyInstance, FastifySchemaCompiler } from "fastify";
import { parse } from "yaml";

const file = new URL("orders.openapi.yaml", import.meta.url);

interface Contract {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export const contract = parse(readFileSync(file, "utf8")) as Contract;

/** Reference to one of the contract's schemas, for a route's `schema`. */
export function schemaOf(name: string): { readonly $ref: string } {
  if (contract.components.schemas[name] === undefined) throw new Error(`no schema ${name}`);
  return { $ref: `contract#/components/schemas/${name}` };
}

/** Bodies are taken as they are; only query, path and header texts are turned into numbers. */
export function useContract(app: FastifyInstance): void {
  const options = { strict: false, validateFormats: false, useDefaults: true };
  const exact = new Ajv2020({ ...options, useDefaults: false, allErrors: true });
  const texts = new Ajv2020({ ...options, coerceTypes: true });
  for (const ajv of [exact, texts]) ajv.addSchema({ $id: "contract", ...contract });
  const compile: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
    (httpPart === "body" ? exact : texts).compile(schema);
  app.setValidatorCompiler(compile);
}
