/** What an importer gives for a document that describes nothing; its diagnostics say why. */
import type { Contract, Dialect } from "./contract.ts";

export function emptyContract(dialect: Dialect): Contract {
  return {
    name: "service",
    version: "",
    dialect,
    namespace: "urn:parlance:service",
    types: new Map(),
    operations: [],
  };
}
