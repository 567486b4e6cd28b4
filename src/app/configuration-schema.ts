/** The schema of parlance.yaml with the policies of this build. */
import { createConfigurationSchema } from "#configuration/schema.ts";
import { standardPolicies } from "./standard-policies.ts";

export const configurationSchema = createConfigurationSchema(
  Object.fromEntries(standardPolicies.map(({ name, options }) => [name, options])),
);
