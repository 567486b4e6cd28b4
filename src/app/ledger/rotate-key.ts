/** Begins the next epoch of a ledger that no gateway writes: another key over the same tree. */
import { isProblem, type Problem } from "#base/problem.ts";
import { parseVerifier } from "#ledger/tree/note-keys.ts";
import type { LedgerFolders } from "./ledger-folders.ts";
import { withStoppedLedger } from "./stopped-ledger.ts";

export interface Rotated {
  /** Of the entry that tells of it, the last one that the old key has signed. */
  readonly index: number;
  readonly origin: string;
  /** Verifier keys, as C2SP signed-note writes them. */
  readonly key: string;
  readonly before: string;
}

export function rotateKey(folders: LedgerFolders, reason: string | undefined): Rotated | Problem {
  return withStoppedLedger(folders, ({ writer, encode }) => {
    const before = writer.verifierKey;
    const old = parseVerifier(before);
    const index = writer.rotateKey(({ origin, publicKey }) =>
      encode({
        kind: "key",
        origin,
        publicKey: publicKey.toString("hex"),
        ...(isProblem(old) ? {} : { previousKey: Buffer.from(old.publicKey).toString("hex") }),
        ...(reason === undefined ? {} : { reason }),
      }),
    );
    return { index, origin: writer.origin, key: writer.verifierKey, before };
  });
}
