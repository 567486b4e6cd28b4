/** No byte of a small ledger can be changed, and no file cut, without verification saying so. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { verifyLedger } from "./verify-ledger.ts";

const folder = mkdtempSync(join(tmpdir(), "parlance-verify-"));
const folders = { path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") };
const part = join(folders.path, "segments", "00000000.0000.log");
const own = join(folders.path, "checkpoint");
const separate = join(folders.checkpoints, "test+verify.checkpoint");
/** Bytes of the part in front of its zeros. */
let used = 0;

before(() => {
  const { writer } = openLog({
    ...folders,
    ...{ name: "test/verify", disk: nodeDisk, nowMs: 0 },
    ...{ random: nodePlatform.random, processes: nodeProcesses },
    log: createLog(Date.now, () => {}),
  });
  for (let index = 0; index < 12; index++) {
    const entry = Buffer.from(`entry ${index} of a small ledger`);
    writer.add(entry, 0, entry.length);
    if (index % 4 < 3) continue;
    writer.write();
    writer.sync();
    writer.settle();
  }
  writer.checkpoint(0);
  writer.close();
  const bytes = readFileSync(part);
  used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  assert.ok(used > 500);
});

after(() => rmSync(folder, { recursive: true, force: true }));

async function isFine(): Promise<boolean> {
  const result = await verifyLedger({ ...folders, verifiers: undefined, onProgress: () => {} });
  return !isProblem(result) && result.damage === undefined && result.checkpoints === 2;
}

async function withContent(path: string, changed: Buffer, expected: boolean, what: string) {
  const bytes = readFileSync(path);
  writeFileSync(path, changed);
  assert.equal(await isFine(), expected, what);
  writeFileSync(path, bytes);
}

test("a changed bit anywhere in the entries or in a checkpoint is found", async () => {
  assert.ok(await isFine());
  for (const [path, end] of [
    [part, used],
    [own, undefined],
    [separate, undefined],
  ] as const) {
    const bytes = readFileSync(path);
    for (let at = 0; at < (end ?? bytes.length); at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      await withContent(path, changed, false, `${path}, byte ${at}`);
    }
  }
  assert.ok(await isFine());
});

test("entries that are cut off anywhere are missed", async () => {
  const bytes = readFileSync(part);
  for (let length = 0; length < used; length += 7) {
    await withContent(part, bytes.subarray(0, length), false, `${length} bytes`);
  }
  await withContent(part, bytes.subarray(0, used), true, "without the zeros");
});
