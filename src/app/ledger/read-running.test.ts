/** What the admin port shows of entries that were dropped, and while the ledger takes nothing. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { LedgerFacts } from "#analytics/ledger-metrics.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { segmentEntries } from "#ledger/store/layout.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { openCheckpoint } from "#ledger/tree/checkpoint.ts";
import { parseVerifier } from "#ledger/tree/note-keys.ts";
import { parseTlogProof } from "#ledger/tree/tlog-proof.ts";
import { viewLedger } from "./read-running.ts";
import { rotateKey } from "./rotate-key.ts";
import type { OwnEntry } from "./ledger-messages.ts";

const exchangeOf = (index: number): string => `0199f3a27c1b7d4e8${String(index).padStart(15, "0")}`;

/** A ledger of one segment that was dropped, and a few entries behind it. */
function droppedLedger(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-dropped-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "ledger");
  const { random } = nodePlatform;
  const { writer } = openLog({
    ...{ path, checkpoints: `${path}-checkpoints`, name: "test/log", nowMs: 0 },
    ...{ disk: nodeDisk, random, processes: nodeProcesses },
    log: createLog(
      () => 0,
      () => undefined,
    ),
  });
  for (let index = 0; index < segmentEntries + 3; index++) {
    const entry = encodeEntry({
      ...{ kind: "exchange", timeUs: index + 1, exchange: exchangeOf(index) },
      ...{ revision: "0123456789abcdef", totalUs: 1, verdict: "answered", status: 200 },
    });
    writer.add(entry, 0, entry.length);
    if (index % 1_024 !== 0) continue;
    writer.write();
    writer.sync();
    writer.settle();
  }
  writer.write();
  writer.sync();
  const expired = () => writer.expired({ days: 1, bytesMax: 0 }, 1e12);
  while (expired() === undefined) writer.settle();
  writer.drop(expired() as NonNullable<ReturnType<typeof expired>>);
  writer.checkpoint(0);
  writer.close();
  return path;
}

function viewOf(path: string, isOpen = true) {
  const noted: OwnEntry[] = [];
  const view = viewLedger(nodePlatform, {
    path,
    append: (entries) => {
      noted.push(...entries);
      return isOpen ? Promise.resolve([]) : new Promise(() => undefined);
    },
    checkpoint: () => Promise.resolve(0),
    facts: () => ({ isOpen }) as LedgerFacts,
  });
  return { view, noted };
}

test("entries that were dropped are said to be, and their hashes are there", async (t) => {
  const { view } = viewOf(droppedLedger(t));
  const bundle = await view.tile("tile/entries/000");
  assert.ok(isProblem(bundle));
  assert.equal(bundle.definition.httpStatus, 410);
  assert.match(bundle.detail, /the entries of tile\/entries\/000 were dropped/);
  assert.equal(((await view.tile("tile/0/000")) as Buffer).length, 256 * 32);
  assert.ok(!isProblem(await view.tile("tile/entries/256.p/3")));
  const dropped = await view.proof(exchangeOf(5));
  assert.ok(isProblem(dropped));
  assert.match(dropped.detail, /has 65539 entries, of which the first 65536 were dropped/);
  const kept = await view.proof(exchangeOf(segmentEntries + 1));
  assert.ok(!isProblem(kept));
  const proof = parseTlogProof(kept);
  assert.ok(!isProblem(proof) && proof.index === segmentEntries + 1);
});

test("what cannot be put on record is not read, and nobody waits for it", async (t) => {
  const { view, noted } = viewOf(droppedLedger(t), false);
  const id = exchangeOf(segmentEntries);
  for (const read of [
    view.entries(() => undefined, "me"),
    view.exchange(id, false, "me"),
    view.proof(id),
    view.tile("tile/entries/256.p/3"),
  ]) {
    const refused = await read;
    assert.ok(isProblem(refused) && refused.definition.httpStatus === 503);
    assert.match(refused.detail, /cannot be put on record now/);
  }
  assert.deepEqual(noted, []);
  assert.ok(!isProblem(view.checkpoint()), "checkpoints tell nothing of exchanges");
});

test("the last signature of a key that was changed is there for outsiders", (t) => {
  const path = droppedLedger(t);
  const before = viewOf(path).view.closingCheckpoint(1);
  assert.ok(isProblem(before));
  assert.match(before.detail, /no checkpoint has closed epoch 1; closed are: none/);
  const rotated = rotateKey({ path, checkpoints: `${path}-checkpoints` }, "yearly");
  assert.ok(!isProblem(rotated));
  const { view } = viewOf(path);
  const closing = view.closingCheckpoint(1);
  assert.ok(!isProblem(closing));
  const old = parseVerifier(rotated.before);
  assert.ok(!isProblem(old));
  const checkpoint = openCheckpoint(closing, [old]);
  assert.ok(!isProblem(checkpoint));
  assert.equal(checkpoint.size, rotated.index + 1, "its last entry names the next key");
  assert.ok(isProblem(view.closingCheckpoint(2)), "it signs still");
});
