/** The proofs of identity of this build, one line each. */
import type { ProofKind } from "#extension/proof.ts";
import { basic } from "#proofs/basic/index.ts";
import { certificate } from "#proofs/certificate/index.ts";
import { signature } from "#proofs/signature/index.ts";
import { token } from "#proofs/token/index.ts";

export const standardProofs: readonly ProofKind[] = [basic, certificate, signature, token];
