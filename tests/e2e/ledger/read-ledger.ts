/** What stands in the ledger of a gateway, read beside it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import type { Entry, EntryOf } from "#ledger/entry/entry.ts";
import type { Kind } from "#ledger/entry/kinds.ts";
import { openReader } from "#ledger/store/log-reader.ts";

export interface ReadLedger {
  readonly entries: readonly Entry[];
  /** Base64. */
  readonly leafHashes: readonly string[];
  readonly origin: string;
  of<K extends Kind>(kind: K): readonly EntryOf<K>[];
  exchange(id: string): EntryOf<"exchange">;
}

/** A folder, and what a configuration says to put the ledger there. */
export function ledgerFolder(scope: Pick<TestContext, "after">) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-ledger-"));
  // The gateway that writes there may be stopped later only.
  scope.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  const path = join(folder, "ledger");
  const text = (mode = "strict"): string =>
    `ledger: { path: ${path}, origin: test/ledger, mode: ${mode} }\n`;
  return { folder, path, text };
}

/** All that is durable now. */
export function readLedger(path: string): ReadLedger {
  const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
  // Readers wait for a sign that a frame is synced; whoever has an answer knows that it is.
  reader.refresh(Number.MAX_SAFE_INTEGER);
  try {
    const entries: Entry[] = [];
    const leafHashes: string[] = [];
    reader.scan(0, reader.size, (index, bytes) => {
      const entry = decodeEntry(bytes);
      assert.ok(entry.kind !== "malformed" && entry.kind !== "opaque", JSON.stringify(entry));
      entries.push(entry);
      leafHashes.push(reader.leafHash(index).toString("base64"));
      return undefined;
    });
    const of = <K extends Kind>(kind: K): readonly EntryOf<K>[] =>
      entries.filter((entry): entry is EntryOf<K> & Entry => entry.kind === kind);
    const exchange = (id: string): EntryOf<"exchange"> => {
      const found = of("exchange").filter((entry) => entry.exchange === id);
      assert.equal(found.length, 1, `${found.length} entries of exchange ${id}`);
      return found[0] as EntryOf<"exchange">;
    };
    return { entries, leafHashes, origin: reader.origin, of, exchange };
  } finally {
    reader.close();
  }
}

export interface Receipt {
  readonly origin: string;
  readonly index: number;
  readonly leaf: string;
}

/** RFC 9651: a string with parameters. */
export function parseReceipt(value: string | null | undefined): Receipt {
  const form = /^"([^"]+)";index=(\d+);leaf=:([A-Za-z0-9+/=]{44}):$/;
  const [, origin = "", index = "", leaf = ""] = form.exec(value ?? "") ?? [];
  assert.notEqual(leaf, "", `${value} is no receipt`);
  return { origin, index: Number(index), leaf };
}
