/** Of a long exchange not all is looked at for its children, and that is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isProblem } from "#base/problem.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { showExchange } from "./show-exchange.ts";

const exchange = "0199f3a27c1b7d4e9a550c7e6f1b2a3d";
const common = { kind: "exchange", revision: "0123456789abcdef", status: 200 } as const;
const outcome = encodeEntry({
  ...{ ...common, exchange, timeUs: 2e12, totalUs: 1e12, verdict: "forwarded" },
});
const other = encodeEntry({
  ...{ ...common, exchange: "f".repeat(32), timeUs: 2e12, totalUs: 1, verdict: "forwarded" },
});

/** It is the last one of so many. */
function readerOf(size: number): LogReader {
  const unknown = { minMs: undefined, maxMs: undefined, bytes: 0 };
  const segment = { ...unknown, segment: 0, first: 0, sealed: false, dropped: false };
  return {
    size,
    segments: () => [{ ...segment, count: size }],
    checkpoint: () => undefined,
    findExchange: () => size - 1,
    findEntries: () => [size - 1],
    entry: () => outcome,
    scan(from: number, to: number, visit: (index: number, bytes: Buffer) => unknown) {
      for (let index = from; index < to; index++) {
        visit(index, index === size - 1 ? outcome : other);
      }
    },
  } as Partial<LogReader> as LogReader;
}

async function moreOf(size: number): Promise<boolean> {
  const pause = () => Promise.resolve();
  const asked = { path: "nowhere", exchange, bodies: false, pause };
  const shown = await showExchange(readerOf(size), asked);
  assert.ok(!isProblem(shown));
  assert.deepEqual(shown.children, []);
  return shown.more;
}

test("children that were not looked for are said to be possible", async () => {
  assert.equal(await moreOf(3_000), false);
  assert.equal(await moreOf(600_000), true);
});

test("an exchange that a gap names is said to be missing, and why", async () => {
  const missed = "0199f3a27c1b7d4e9a550c7e6f1b2a3e";
  const gap = encodeEntry({
    ...{ kind: "gap", timeUs: 2e15, count: 3, reason: "the disk was full", sinceUs: 1 },
    exchanges: [missed],
  });
  const reader = { ...readerOf(5), findExchange: () => undefined };
  const scan: LogReader["scan"] = (from, to, visit) => {
    for (let index = from; index < to; index++) visit(index, index === 3 ? gap : other);
  };
  const told = async (id: string) => {
    const asked = { path: "nowhere", exchange: id, bodies: false, pause: () => Promise.resolve() };
    const shown = await showExchange({ ...reader, scan }, asked);
    assert.ok(isProblem(shown));
    return shown.detail;
  };
  assert.match(await told(missed), /one of the 3 that the gap in entry 3 tells of, for the disk/);
  assert.match(await told(exchange), /there is no entry of the exchange .*; the ledger has 5/);
});
