/** All that exchanges can be refused with in this build, in the order in which they are counted. */
import type { ProblemDefinition } from "#base/problem.ts";
import { problems } from "#gateway/problems.ts";
import { standardPolicies } from "./standard-policies.ts";
import { standardProofs } from "./standard-proofs.ts";

export const knownProblems: readonly ProblemDefinition[] = [
  ...problems.definitions,
  ...standardPolicies.flatMap((policy) => policy.problems),
  ...standardProofs.flatMap((proof) => proof.problems),
];
