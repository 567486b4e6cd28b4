/** A ledger on a real disk: written, read beside it, closed, opened again. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Disk } from "#base/disk.ts";
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { hashBytes, leafHash } from "#ledger/tree/hashes.ts";
import { openCheckpoint, parseCheckpoint } from "#ledger/tree/checkpoint.ts";
import { parseVerifier, type NoteVerifier } from "#ledger/tree/note-keys.ts";
import { layoutOf } from "./layout.ts";
import { openReader } from "./log-reader.ts";
import { LedgerWriteError } from "./problems.ts";
import {
  addAll,
  codeOf,
  entryOf,
  exchangeEntry,
  exchangeId,
  failingDisk,
  withPlace,
} from "./store-fixture.ts";

const range = (from: number, to: number): Buffer[] =>
  Array.from({ length: to - from }, (_, at) => entryOf(from + at));

test("what was synced is there after closing and opening again", () => {
  withPlace((place) => {
    for (let round = 0; round < 3; round++) {
      const { writer, recovered } = place.open();
      assert.equal(recovered.size, round * 100);
      assert.equal(recovered.created, round === 0);
      for (let index = round * 100; index < (round + 1) * 100; index++) {
        const bytes = entryOf(index);
        assert.equal(writer.add(bytes, 0, bytes.length), index);
        if (index % 7 > 0) continue;
        writer.write();
        writer.sync();
        const hash = Buffer.alloc(hashBytes);
        writer.copyLeafHash(index, hash, 0);
        assert.deepEqual(hash, leafHash(bytes));
        writer.settle();
      }
      writer.write();
      writer.sync();
      writer.checkpoint(0);
      const reader = place.read();
      assert.equal(reader.size, (round + 1) * 100);
      for (let index = 0; index < reader.size; index++) {
        assert.deepEqual(reader.entry(index), entryOf(index));
      }
      writer.close();
    }
  });
});

test("parts of earlier starts give back the room that they did not use", () => {
  withPlace((place) => {
    for (let round = 0; round < 3; round++) {
      const { writer } = place.open();
      addAll(writer, range(round, round + 1));
      writer.close();
    }
    const sizes = readdirSync(join(place.path, "segments")).map(
      (name) => place.options().disk.stat(join(place.path, "segments", name))?.size ?? 0,
    );
    assert.ok(
      sizes.slice(0, -1).every((size) => size < 1_000),
      String(sizes),
    );
    assert.equal(place.open().recovered.size, 3);
  });
});

test("a reader sees entries when they are known to be on the disk, and not before", () => {
  withPlace((place) => {
    const { writer } = place.open();
    const reader = place.read();
    addAll(writer, range(0, 10));
    reader.refresh();
    assert.equal(reader.size, 0, "no later group or checkpoint says that they are");
    reader.refresh(writer.size);
    assert.equal(reader.size, 10);
    addAll(writer, range(10, 12));
    reader.refresh();
    assert.equal(reader.size, 10);
    writer.checkpoint(0);
    reader.refresh();
    assert.equal(reader.size, 12);
    assert.equal(codeOf(() => reader.entry(12)).code, "ledger-no-entry");
    assert.equal(codeOf(() => reader.entry(-1)).code, "ledger-no-entry");
    addAll(writer, range(12, 13));
    writer.close();
    reader.refresh();
    assert.equal(reader.size, 13, "nobody writes: what is whole counts");
  });
});

test("a reader has the entries of its checkpoint, also of one signed while it looks", () => {
  withPlace((place) => {
    const { writer } = place.open();
    addAll(writer, range(0, 10));
    writer.checkpoint(0);
    let isMeanwhile = true;
    const disk: Disk = {
      ...nodeDisk,
      open(path, mode, permissions) {
        if (isMeanwhile && path === layoutOf(place.path).checkpointFile) {
          isMeanwhile = false;
          addAll(writer, range(10, 20));
          writer.checkpoint(0);
        }
        return nodeDisk.open(path, mode, permissions);
      },
    };
    const reader = openReader({ path: place.path, disk, processes: nodeProcesses });
    const checkpoint = parseCheckpoint(reader.checkpoint() ?? Buffer.alloc(0));
    assert.ok(!isProblem(checkpoint));
    assert.deepEqual([checkpoint.size, reader.size], [20, 20]);
    reader.close();
  });
});

test("entries of an exchange are found by its id; those that only tell of it do not hide it", () => {
  withPlace((place) => {
    const { writer } = place.open();
    addAll(
      writer,
      Array.from({ length: 500 }, (_, index) => exchangeEntry(index)),
    );
    addAll(writer, [entryOf(1), exchangeEntry(77)]);
    const reader = place.read();
    reader.refresh(writer.size);
    assert.equal(reader.findExchange(exchangeId(3)), 3);
    assert.equal(reader.findExchange(exchangeId(77)), 501);
    assert.deepEqual(reader.findEntries(exchangeId(77)), [77, 501]);
    assert.equal(reader.findExchange(exchangeId(900)), undefined);
    assert.equal(reader.findExchange("no id"), undefined);
  });
});

test("a new key signs from its entry on; the old one has signed that entry", () => {
  withPlace((place) => {
    const first = place.open().writer;
    const oldKey = parseVerifier(first.verifierKey) as NoteVerifier;
    addAll(first, range(0, 3));
    let named = "";
    const index = first.rotateKey(({ origin, verifierKey, publicKey }) => {
      named = `${origin} ${verifierKey} ${publicKey.length}`;
      return Buffer.from(named);
    });
    assert.equal(index, 3);
    assert.equal(first.origin, "example.org/test/2");
    assert.equal(named, `${first.origin} ${first.verifierKey} 32`);
    assert.notEqual(oldKey.name, first.origin);
    first.close();
    const { writer, recovered } = place.open();
    assert.equal(recovered.size, 4);
    assert.equal(writer.origin, "example.org/test/2");
    addAll(writer, range(4, 5));
    const newKey = parseVerifier(writer.verifierKey) as NoteVerifier;
    const checkpoint = openCheckpoint(writer.checkpoint(0), [newKey], writer.origin);
    assert.ok("size" in checkpoint && checkpoint.size === 5);
    assert.equal(place.read().origin, "example.org/test/2");
  });
});

test("after a failed group nothing more goes into its file, and its indexes are given again", () => {
  for (const [code, call] of [
    ["EIO", "sync"],
    ["ENOSPC", "write"],
  ] as const) {
    withPlace((place) => {
      let isBroken = false;
      const written: string[] = [];
      const disk = failingDisk(code, (name, path) => {
        if (name === "write") written.push(path);
        return isBroken && name === call;
      });
      const { writer } = place.open({ disk });
      addAll(writer, range(0, 5));
      isBroken = true;
      assert.throws(() => addAll(writer, [Buffer.from("never")]), LedgerWriteError);
      const failedFile = written.at(-1);
      assert.equal(writer.size, 5);
      assert.throws(() => writer.reopen(), LedgerWriteError, "the disk is still broken");
      isBroken = false;
      writer.reopen();
      written.length = 0;
      assert.equal(writer.add(entryOf(5), 0, entryOf(5).length), 5);
      writer.write();
      writer.sync();
      assert.ok(written.length > 0 && !written.includes(failedFile as string), String(written));
      writer.settle();
      writer.checkpoint(0);
      writer.close();
      const { recovered } = place.open();
      assert.equal(recovered.size, 6);
      assert.deepEqual(place.read().entry(5), entryOf(5));
    });
  }
});

test("a clock that is set back is told, and harms nothing", () => {
  withPlace((place) => {
    const { writer } = place.open({ nowMs: 1_000_000 });
    addAll(writer, range(0, 1));
    writer.checkpoint(1_000_500);
    writer.checkpoint(900_000);
    assert.deepEqual(
      place.told.map(({ event, fields }) => [event, fields["backMs"]]),
      [["clock-went-back", 100_500]],
    );
  });
});

test("of two ledgers of one name the second takes no checkpoint of the first away", () => {
  withPlace((place) => {
    const { writer } = place.open();
    const other = place.open({ path: `${place.path}-other` }).writer;
    const separate = join(place.checkpoints, "example.org+test.checkpoint");
    addAll(writer, range(0, 3));
    const first = writer.checkpoint(0);
    addAll(other, range(5, 9));
    const { detail } = codeOf(() => other.checkpoint(0));
    assert.match(detail, /test\.checkpoint was not signed by this ledger/);
    assert.equal(other.size, 4);
    assert.deepEqual(readFileSync(separate), first);
    addAll(writer, range(3, 5));
    writer.checkpoint(0);
    // One that says nothing is replaced.
    writeFileSync(separate, "");
    addAll(writer, range(5, 6));
    assert.deepEqual(writer.checkpoint(0), readFileSync(separate));
  });
});

test("a copy that is written beside its ledger takes no checkpoint of it away", () => {
  withPlace((place) => {
    const begun = place.open().writer;
    addAll(begun, range(0, 3));
    begun.checkpoint(0);
    begun.close();
    const path = `${place.path}-copy`;
    cpSync(place.path, path, { recursive: true });
    const { writer } = place.open();
    const copy = place.open({ path }).writer;
    addAll(writer, range(3, 5));
    writer.checkpoint(0);
    addAll(copy, range(7, 9));
    const { code, detail } = codeOf(() => copy.checkpoint(0));
    assert.equal(code, "ledger-rolled-back");
    assert.match(detail, /signed at size 5, .* but the ledger has at size 5 the root/);
  });
});

test("a ledger whose checkpoints cannot be kept goes on recording", () => {
  withPlace((place) => {
    let isFull = false;
    const disk = failingDisk("ENOSPC", (_, path) => isFull && path.includes("checkpoint"));
    const { writer } = place.open({ disk });
    addAll(writer, range(0, 1));
    isFull = true;
    assert.equal(codeOf(() => writer.checkpoint(0)).code, "ledger-disk-full");
    addAll(writer, range(1, 2));
    isFull = false;
    assert.ok(writer.checkpoint(0).length > 0);
    assert.equal(writer.size, 2);
  });
});
