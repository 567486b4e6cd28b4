/** Full segments: sealed beside the writing of new entries, read, searched, dropped. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createFrontier } from "#ledger/tree/frontier.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import { inclusionProof, rootOf } from "#ledger/tree/merkle-proofs.ts";
import { hashesFromTiles } from "#ledger/tree/tile-hashes.ts";
import { checkInclusion } from "#ledger/tree/verify-proofs.ts";
import type { Disk } from "#base/disk.ts";
import { layoutOf, segmentEntries } from "./layout.ts";
import type { LogWriter } from "./log.ts";
import { createReaderView } from "./reader-view.ts";
import {
  addAll,
  codeOf,
  exchangeEntry,
  exchangeId,
  failingDisk,
  withPlace,
  type Place,
} from "./store-fixture.ts";

const total = 2 * segmentEntries + 100;
const groupMax = 3_000;
const entries = Array.from({ length: total }, (_, index) => exchangeEntry(index));
const frontier = createFrontier();
for (const entry of entries) frontier.append(leafHash(entry));

function fill(writer: LogWriter, from = 0, to = total): void {
  for (let index = from; index < to; index += groupMax) {
    addAll(writer, entries.slice(index, Math.min(to, index + groupMax)));
    writer.settle();
  }
}

function settleLong(writer: LogWriter): void {
  for (let call = 0; call < 2_000; call++) writer.settle();
}

function filesOf({ path }: Place): readonly string[] {
  return ["segments", "hashes"].flatMap((name) => readdirSync(join(path, name))).sort();
}

test("bundles of large entries are sealed as they are", () => {
  withPlace((place) => {
    const { writer } = place.open();
    const large = (index: number): boolean => index >= 1_000 && index < 1_006;
    const own = entries
      .slice(0, segmentEntries)
      .map((entry, index) => (large(index) ? Buffer.alloc(60_000 + index, index) : entry));
    for (let index = 0; index < segmentEntries; index += groupMax) {
      addAll(writer, own.slice(index, index + groupMax));
      writer.settle();
    }
    settleLong(writer);
    const reader = place.read();
    reader.refresh(writer.size);
    assert.equal(reader.segments()[0]?.sealed, true);
    reader.scan(0, segmentEntries, (index, bytes) => {
      assert.ok(bytes.equals(own[index] as Buffer), `entry ${index}`);
      return undefined;
    });
  });
});

test("full segments are sealed in slices; entries, hashes and ids are found in them as before", () => {
  withPlace((place) => {
    const { writer } = place.open();
    fill(writer, 0, segmentEntries - 1);
    const early = place.read();
    early.refresh(writer.size);
    fill(writer, segmentEntries - 1);
    settleLong(writer);
    assert.equal(filesOf(place).filter((name) => name.startsWith("00000000.")).length, 2);
    assert.deepEqual(early.entry(65_000), entries[65_000], "what was open before can be read on");
    early.refresh(writer.size);
    for (const reader of [early, place.read()]) {
      reader.refresh(writer.size);
      assert.equal(reader.size, total);
      let next = 0;
      reader.scan(0, total, (index, bytes) => {
        assert.ok(index === next++ && bytes.equals(entries[index] as Buffer), `entry ${index}`);
        return undefined;
      });
      assert.equal(next, total);
      for (const index of [0, 255, 256, 65_535, 65_536, 131_071, 131_072, total - 1]) {
        assert.deepEqual(reader.entry(index), entries[index]);
        assert.deepEqual(reader.leafHash(index), leafHash(entries[index] as Buffer));
        assert.equal(reader.findExchange(exchangeId(index)), index);
      }
      assert.equal(reader.findExchange(exchangeId(total)), undefined);
      const root = rootOf(total, hashesFromTiles(total, reader.hashTile));
      assert.deepEqual(root, frontier.root());
      const [first, second, last] = reader.segments();
      assert.deepEqual([first?.minMs, first?.maxMs, first?.sealed], [1, segmentEntries, true]);
      assert.deepEqual([second?.first, second?.count, second?.sealed], [65_536, 65_536, true]);
      assert.deepEqual([last?.first, last?.count, last?.sealed], [131_072, 100, false]);
    }
    const signed = writer.checkpoint(0).toString("utf8");
    assert.ok(signed.includes(frontier.root().toString("base64")));
    writer.close();
    assert.equal(place.open().recovered.size, total);
  });
});

test("it tells that a segment waits to be sealed, until none does", () => {
  withPlace((place) => {
    const { writer } = place.open();
    fill(writer, 0, segmentEntries - 1);
    assert.equal(writer.settle(), false);
    fill(writer, segmentEntries - 1);
    let calls = 0;
    while (writer.settle()) assert.ok(++calls < 2_000, "it ends");
    assert.ok(calls > 100, "each time a piece of it");
    const reader = place.read();
    reader.refresh(writer.size);
    assert.deepEqual(
      reader.segments().map(({ sealed }) => sealed),
      [true, true, false],
    );
  });
});

test("dropped segments lose their entries and keep their hashes; proofs of the others hold", () => {
  withPlace((place) => {
    const { writer } = place.open();
    fill(writer);
    settleLong(writer);
    const never = { days: 0, bytesMax: 0 };
    assert.equal(writer.expired(never, 1e12), undefined);
    assert.equal(writer.expired({ days: 1, bytesMax: 0 }, 86_400_000), undefined);
    const expired = writer.expired({ days: 1, bytesMax: 0 }, segmentEntries + 86_400_001);
    assert.deepEqual([expired?.first, expired?.end], [0, segmentEntries]);
    const all = writer.expired({ days: 0, bytesMax: 1 }, 0);
    assert.deepEqual([all?.first, all?.end], [0, 2 * segmentEntries], "the active one stays");
    writer.checkpoint(0);
    const before = place.read();
    before.entry(5);
    writer.drop({ end: segmentEntries });
    const reader = place.read();
    reader.refresh(writer.size);
    assert.equal(codeOf(() => reader.entry(5)).code, "ledger-dropped");
    assert.equal(codeOf(() => before.entry(2_000)).code, "ledger-dropped", "told to older readers");
    assert.equal(reader.segments()[0]?.dropped, true);
    let first: number | undefined;
    reader.scan(0, total, (index) => {
      first = index;
      return false;
    });
    assert.equal(first, segmentEntries);
    const proof = inclusionProof(70_000, total, hashesFromTiles(total, reader.hashTile));
    const leaf = leafHash(entries[70_000] as Buffer);
    const fault = checkInclusion(
      { index: 70_000, leaf, proof },
      { size: total, root: frontier.root() },
    );
    assert.equal(fault, undefined);
    assert.deepEqual(reader.leafHash(5), leafHash(entries[5] as Buffer));
    writer.close();
    assert.equal(place.open().recovered.size, total);
  });
});

test("what cannot be sealed stays as it was written, and is told", () => {
  withPlace((place) => {
    const disk = failingDisk("ENOSPC", (_, path) => path.includes(".sealed"));
    const { writer } = place.open({ disk });
    fill(writer, 0, segmentEntries + 10);
    settleLong(writer);
    assert.ok(place.told.some(({ event }) => event === "ledger-not-sealed"));
    const reader = place.read();
    reader.refresh(writer.size);
    assert.deepEqual(reader.entry(1_000), entries[1_000]);
    writer.close();
    const again = place.open().writer;
    settleLong(again);
    assert.ok(filesOf(place).includes("00000000.sealed"), "a later start seals it");
  });
});

test("what could not be sealed is tried again after ten seconds, however few calls come", () => {
  withPlace((place) => {
    let isFull = true;
    const disk = failingDisk("ENOSPC", (_, path) => isFull && path.includes(".sealed"));
    const { writer } = place.open({ disk });
    fill(writer, 0, segmentEntries - 1);
    addAll(writer, entries.slice(segmentEntries - 1, segmentEntries));
    const settleAt = (nowMs: number): number => {
      let calls = 1;
      while (writer.settle(nowMs)) calls++;
      return calls;
    };
    // The tree takes in the last entries at the second call.
    for (const call of [1, 2]) assert.equal(settleAt(5_000), 1, `call ${call}`);
    isFull = false;
    assert.equal(settleAt(14_999), 1);
    assert.deepEqual(
      place.told.map(({ event }) => event),
      ["ledger-not-sealed"],
    );
    assert.ok(settleAt(15_000) > 1);
    assert.ok(filesOf(place).includes("00000000.sealed"));
  });
});

test("a folder that cannot be read while segments are dropped is told as what it is", () => {
  withPlace((place) => {
    const { disk } = place.options();
    const list = (): never => {
      throw Object.assign(new Error("EIO: scandir"), { code: "EIO", syscall: "scandir" });
    };
    let isBroken = false;
    const { writer } = place.open({
      disk: { ...disk, list: (folder) => (isBroken ? list() : disk.list(folder)) },
    });
    isBroken = true;
    assert.equal(codeOf(() => writer.drop({ end: 0 })).code, "ledger-disk-failed");
  });
});

/** A segment of two files: the gateway was started again while it was filled. */
function fillInTwo(place: Place, disk: Disk): LogWriter {
  const before = place.open().writer;
  for (let index = 0; index < 1_000; index += 100) {
    addAll(before, entries.slice(index, index + 100));
  }
  before.close();
  const { writer } = place.open({ disk });
  fill(writer, 1_000, segmentEntries - 10);
  return writer;
}

test("what is left of a sealed segment, because a file cannot be removed, is not sealed again", () => {
  withPlace((place) => {
    const { disk } = place.options();
    let isBroken = true;
    const remove = (path: string): void => {
      if (isBroken && path.endsWith("00000000.0001.log")) {
        throw Object.assign(new Error("EIO: unlink"), { code: "EIO", syscall: "unlink" });
      }
      disk.remove(path);
    };
    const writer = fillInTwo(place, { ...disk, remove });
    fill(writer, segmentEntries - 10, segmentEntries + 10);
    settleLong(writer);
    assert.ok(place.told.some(({ event }) => event === "ledger-not-removed"));
    isBroken = false;
    settleLong(writer);
    const reader = place.read();
    reader.refresh(writer.size);
    for (const index of [0, 999, 1_000, segmentEntries - 1]) {
      assert.deepEqual(reader.entry(index), entries[index]);
    }
    fill(writer, segmentEntries + 10);
    settleLong(writer);
    assert.ok(!filesOf(place).includes("00000000.0001.log"), "it goes with those of the next one");
  });
});

test("a segment one of whose files is gone is not sealed, and that is told", () => {
  withPlace((place) => {
    const { disk } = place.options();
    const writer = fillInTwo(place, disk);
    disk.remove(join(place.path, "segments", "00000000.0000.log"));
    fill(writer, segmentEntries - 10, segmentEntries + 10);
    settleLong(writer);
    const told = place.told.find(({ event }) => event === "ledger-not-sealed");
    assert.match(String(told?.fields?.["error"]), /the file that begins with entry 0 is missing/);
    assert.ok(filesOf(place).includes("00000000.0001.log"), "the other one stays");
  });
});

test("damage in a sealed segment is told with its place, and never read as an entry", () => {
  withPlace((place) => {
    const { writer } = place.open();
    fill(writer, 0, segmentEntries);
    settleLong(writer);
    writer.close();
    const path = join(place.path, "segments", "00000000.sealed");
    const disk = place.options().disk;
    const file = disk.open(path, "write");
    const size = file.size();
    const flip = (position: number): void => {
      const byte = Buffer.alloc(1);
      file.read(byte, 0, 1, position);
      file.write(Buffer.of((byte[0] as number) ^ 0x10), 0, 1, position);
    };
    for (let step = 0; step < 200; step++) {
      const position = Math.floor((size * step) / 200);
      flip(position);
      const reader = place.read();
      const found = codeOf(() =>
        reader.scan(0, segmentEntries, (index, bytes) => {
          assert.ok(bytes.equals(entries[index] as Buffer), `entry ${index}, byte ${position}`);
          return undefined;
        }),
      );
      const lost = codeOf(() => {
        for (const index of [0, 30_000, 65_535]) {
          assert.equal(reader.findExchange(exchangeId(index)), index);
        }
      });
      assert.ok([found.code, lost.code].includes("ledger-damaged"), `byte ${position} went unseen`);
      reader.close();
      flip(position);
    }
    file.close();
    assert.equal(place.open().recovered.size, segmentEntries);
  });
});

test("a reader remembers little of what it unpacked, and reads nothing when closed", () => {
  withPlace((place) => {
    const { writer } = place.open();
    fill(writer);
    settleLong(writer);
    let opened = 0;
    const { disk } = place.options();
    const counting: Disk = {
      ...disk,
      open(path, ...mode) {
        if (path.endsWith(".sealed")) opened++;
        return disk.open(path, ...mode);
      },
    };
    const view = createReaderView(counting, layoutOf(place.path), () => total, 1);
    const opensFor = (index: number): number => {
      const before = opened;
      view.scan(index, index + 1, (_, bytes, from, to) => {
        assert.deepEqual(bytes.subarray(from, to), entries[index]);
        return undefined;
      });
      return opened - before;
    };
    assert.equal(opensFor(0), 2, "its end and a bundle");
    assert.equal(opensFor(1), 0, "the bundle is remembered");
    assert.equal(opensFor(segmentEntries), 2);
    view.sealedFacts(0);
    assert.equal(opensFor(segmentEntries), 0, "a look at the facts of another one costs nothing");
    assert.equal(opensFor(0), 1, "the end is remembered, the bundle was not");
    view.close();
    assert.equal(codeOf(() => opensFor(0)).code, "ledger-disk-failed");
  });
});
