/**
 * Bodies larger than the memory that may be added for them, from a fast sender to a slow reader.
 * BULK_MIB sets another size than the 96 MiB of the tests.
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { makeAuthority } from "#tests/support/certificates.ts";
import { lacks } from "#tests/support/tools.ts";
import type { Framing, Transfer, Transferred } from "./bulk-peer.ts";
import { atEnd, stand } from "./stand.ts";

const mebibyte = 1024 * 1024;
const bytes = Number(process.env["BULK_MIB"] ?? 96) * mebibyte + 4711;
const addedBytesMax = 32 * mebibyte;
/**
 * What Node decrypts lies in buffers that it shares between connections, so that only the collector
 * can free them, and it waits for 64 MiB. The bound still does not grow with the body.
 */
const decryptedBytesMax = 96 * mebibyte;

async function startPeer(t: TestContext) {
  const child = fork(join(import.meta.dirname, "bulk-peer.ts"));
  atEnd(t, () => child.kill("SIGKILL"));
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  const transfer = async (what: Transfer): Promise<Transferred> => {
    child.send(what);
    const [result] = (await once(child, "message")) as [Transferred | { error: string }];
    if ("error" in result) throw new Error(result.error);
    return result;
  };
  return { port, transfer };
}

/** The peak of resident memory while something goes on, above what was held before. */
async function addedWhile<T>(run: () => Promise<T>): Promise<readonly [T, number]> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10);
  const result = await run();
  clearInterval(timer);
  return [result, peak - before];
}

async function prove(
  t: TestContext,
  directions: readonly (readonly [Transfer["direction"], Framing])[],
  listen: object,
): Promise<void> {
  const { port: upstream, transfer } = await startPeer(t);
  const { port } = await stand(t, upstream, { configuration: { listen } });
  const encrypted = "tls" in listen;
  for (const [direction, framing] of directions) {
    const what = { port, direction, framing, encrypted };
    await transfer({ ...what, bytes: 8 * mebibyte });
    const [result, added] = await addedWhile(() => transfer({ ...what, bytes }));
    const label = `${direction}, ${framing}`;
    assert.equal(result.bytes, bytes, label);
    assert.equal(result.arrived, result.sent, label);
    const max = encrypted && direction === "up" ? decryptedBytesMax : addedBytesMax;
    assert.ok(added < max, `${label}: ${(added / mebibyte).toFixed(1)} MiB were added`);
  }
}

for (const direction of ["down", "up"] as const) {
  for (const framing of ["length", "chunked", "close"] as const) {
    if (direction === "up" && framing === "close") continue;
    test(`a large body with framing ${framing} goes ${direction} in little memory`, async (t) => {
      await prove(t, [[direction, framing]], {});
    });
  }
}

test(
  "under TLS a large body takes little memory either way",
  { skip: lacks("openssl") },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
    atEnd(t, () => rmSync(folder, { recursive: true }));
    const { certFile, keyFile } = makeAuthority(folder, "localhost");
    const directions = [
      ["down", "length"],
      ["up", "length"],
      ["down", "chunked"],
      ["up", "chunked"],
    ] as const;
    const certificates = [{ cert: certFile, key: keyFile }];
    await prove(t, directions, { tls: { certificates } });
  },
);
