/**
 * Proofs inside messages (WS-Security), as a protocol gets them: what callers prove with who they
 * are, and what instances want to see. Plain data, files read; how it is written is the protocol's.
 */
import type { ReplayTable } from "#base/replay-table.ts";

/** Parts of a message that a signature can cover. `headers`: those that the contract declares. */
export type SignedPart = "body" | "timestamp" | "headers" | "addressing" | "username-token";

/** Those that we sign. */
export type SentPart = Extract<SignedPart, "body" | "timestamp" | "username-token">;

/** What a message has to carry to be that caller's: all that is given. */
export interface CallerProof {
  /** Name of the caller in the configuration. */
  readonly caller: string;
  readonly password: PasswordProof | undefined;
  readonly signature: SignatureProof | undefined;
  /** How long after its creation a message counts. */
  readonly ageMsMax: number;
  /** How far clocks may differ. */
  readonly skewMs: number;
}

export interface PasswordProof {
  readonly username: string;
  readonly password: string;
  /** Whether only its digest is taken. */
  readonly digest: boolean;
  /** Whether the password as text is taken where nothing encrypts it. */
  readonly withoutTls: boolean;
}

export interface SignatureProof {
  /** PEM: any of these certificates. */
  readonly certificates: string | undefined;
  /** PEM: certificates that these have issued... */
  readonly authorities: string | undefined;
  /** ...to this name: that of the subject, or one of its alternative names. */
  readonly name: string | undefined;
  /** What has to be covered, where the message has it. */
  readonly signed: readonly SignedPart[];
  /** Whether signatures and digests by SHA-1 are taken. */
  readonly sha1: boolean;
}

export interface FaceSecurity {
  readonly proofs: readonly CallerProof[];
  readonly replays: ReplayTable;
}

/** What is added to messages for instances. */
export interface UpstreamSecurity {
  readonly usernameToken:
    { readonly username: string; readonly password: string; readonly digest: boolean } | undefined;
  readonly signature:
    | {
        /** PEM. */
        readonly certificate: string;
        readonly key: string;
        readonly parts: readonly SentPart[];
      }
    | undefined;
  /** How long after its creation a message counts. */
  readonly ageMsMax: number;
}
