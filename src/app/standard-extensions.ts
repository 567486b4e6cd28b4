/** All protocols, policies and proofs of this build. */
import type { Extensions } from "#gateway/gateway.ts";
import { standardPolicies } from "./standard-policies.ts";
import { standardProofs } from "./standard-proofs.ts";
import { standardProtocols } from "./standard-protocols.ts";

export const standardExtensions: Extensions = {
  protocols: standardProtocols,
  policies: standardPolicies,
  proofs: standardProofs,
};
