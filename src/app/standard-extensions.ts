/** All protocols and policies of this build. */
import type { Extensions } from "#gateway/gateway.ts";
import { standardPolicies } from "./standard-policies.ts";
import { standardProtocols } from "./standard-protocols.ts";

export const standardExtensions: Extensions = {
  protocols: standardProtocols,
  policies: standardPolicies,
};
