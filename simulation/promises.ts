/**
 * What a ledger has promised so far, and the checks that it keeps it: every acknowledged entry is
 * there, nothing else ever was, and every signed checkpoint is of a beginning of it.
 */
import { createFrontier } from "#ledger/tree/frontier.ts";
import { rootOf } from "#ledger/tree/merkle-proofs.ts";
import { hashesFromTiles } from "#ledger/tree/tile-hashes.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { parseCheckpoint } from "#ledger/tree/checkpoint.ts";
import { isProblem } from "#base/problem.ts";

export type LedgerContent = Pick<LogReader, "size" | "scan" | "hashTile">;

export interface Promises {
  /** An entry was given to the ledger, which said that it is number `index`. */
  offered(index: number, entry: Buffer): void;
  /** Entries before this index were told to be on the disk. */
  acknowledged(size: number): void;
  signed(checkpoint: Buffer): void;
  /** Somebody saw these entries in the ledger: they never change again. */
  seen(content: LedgerContent): readonly string[];
  /** After a start: what is not kept, as sentences. */
  check(content: LedgerContent): readonly string[];
}

export function createPromises(): Promises {
  /** All that may stand at an index: more than one where groups failed or were lost. */
  const offers: Set<string>[] = [];
  const certain: Buffer[] = [];
  const latest: Buffer[] = [];
  const roots = new Map<number, string>();
  let acknowledgedSize = 0;

  function look(content: LedgerContent, from: number): string[] {
    const faults: string[] = [];
    content.scan(from, content.size, (index, bytes) => {
      const entry = Buffer.from(bytes);
      const known = certain[index];
      if (known !== undefined) {
        if (!known.equals(entry)) faults.push(`entry ${index} is another one than before`);
      } else if (offers[index]?.has(entry.toString("latin1")) !== true) {
        faults.push(`entry ${index} was never given to the ledger`);
      }
      certain[index] = entry;
      return undefined;
    });
    return faults;
  }

  return {
    offered(index, entry) {
      (offers[index] ??= new Set()).add(entry.toString("latin1"));
      latest[index] = entry;
    },
    acknowledged(size) {
      for (let index = acknowledgedSize; index < size; index++) {
        certain[index] = latest[index] as Buffer;
      }
      acknowledgedSize = Math.max(acknowledgedSize, size);
    },
    signed(bytes) {
      const checkpoint = parseCheckpoint(bytes);
      if (isProblem(checkpoint)) throw new Error(checkpoint.detail);
      roots.set(checkpoint.size, checkpoint.root.toString("base64"));
    },
    seen: (content) => look(content, Math.max(0, content.size - 8)),
    check(content) {
      const faults = look(content, 0);
      if (content.size < acknowledgedSize) {
        faults.push(`${acknowledgedSize} entries were acknowledged; ${content.size} are there`);
      }
      const frontier = createFrontier();
      for (let index = 0; ; index++) {
        const root = roots.get(index);
        const isOther = root !== undefined && frontier.root().toString("base64") !== root;
        if (isOther) faults.push(`the checkpoint of size ${index} has another root`);
        if (index === content.size) break;
        frontier.append(leafHash(certain[index] as Buffer));
      }
      const tiled = rootOf(content.size, hashesFromTiles(content.size, content.hashTile));
      if (!frontier.root().equals(tiled)) faults.push("its tiles are not those of its entries");
      for (const size of roots.keys()) {
        if (size > content.size) faults.push(`a checkpoint was signed at size ${size}`);
      }
      // What a start has found stays, although nobody was told.
      acknowledgedSize = Math.max(acknowledgedSize, content.size);
      return faults;
    },
  };
}
