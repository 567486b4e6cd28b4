/** The proofs of identity of this build, one line each. */
import type { ProofKind } from "#extension/proof.ts";
import { token } from "#proofs/token/index.ts";

export const standardProofs: readonly ProofKind[] = [token];
