/** The schema of parlance.yaml with the policies and proofs of this build. */
import { createConfigurationSchema } from "#configuration/schema.ts";
import { standardPolicies } from "./standard-policies.ts";
import { standardProofs } from "./standard-proofs.ts";

export const proofSchemas = Object.fromEntries(
  standardProofs.map(({ name, caller, options }) => [name, { caller, options }]),
);

export const configurationSchema = createConfigurationSchema(
  Object.fromEntries(standardPolicies.map(({ name, options }) => [name, options])),
  proofSchemas,
);
