/** Cuts the power under a process that writes a ledger, again and again. */
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterPowerCut, checkLedger, readAcks } from "./acknowledged.ts";
import { isAtRest, withDiskImage, type DiskImage } from "./disk-image.ts";
import { startWriter } from "./kill-loop.ts";

export interface PowerCutReport {
  readonly cuts: number;
  readonly acknowledged: number;
  /** One for each cut that broke a promise. */
  readonly faults: readonly string[];
}

/** Of one process on one image, which is not to fill up. */
const cutsPerImage = 25;

/** @param isUnsynced the control: entries are acknowledged and never synced. */
export async function cutPowers(
  cuts: number,
  isUnsynced: boolean,
  onCut: (cut: number) => void = () => {},
): Promise<PowerCutReport> {
  const faults: string[] = [];
  let acknowledged = 0;
  for (let done = 0; done < cuts; done += cutsPerImage) {
    await withDiskImage(async (image) => {
      const count = Math.min(cutsPerImage, cuts - done);
      acknowledged += await cutOnImage(image, count, isUnsynced, (cut, found) => {
        if (found !== undefined) faults.push(`cut ${done + cut}: ${found}`);
        onCut(done + cut);
      });
    });
  }
  return { cuts, acknowledged, faults };
}

async function cutOnImage(
  { folder, withCopy }: DiskImage,
  cuts: number,
  isUnsynced: boolean,
  onCut: (cut: number, fault: string | undefined) => void,
): Promise<number> {
  const foldersIn = (root: string) => ({
    path: join(root, "ledger"),
    checkpoints: join(root, "checkpoints"),
  });
  const options = ["--nonce", "image", "--pauseMs", "1", "--groupMax", "20"];
  const { child, output } = startWriter(foldersIn(folder), [
    ...options,
    ...(isUnsynced ? ["--unsynced"] : []),
  ]);
  const closed = once(child, "close");
  await once(child.stdout, "data");
  let size = 0;
  for (let cut = 0; cut < cuts; cut++) {
    await setTimeout(Math.random() * 60);
    child.kill("SIGSTOP");
    while (!isAtRest(child.pid as number)) await setTimeout(1);
    // What it has said by now is in the pipe.
    await setTimeout(1);
    const acks = readAcks(output(), "image");
    size = acks.at(-1)?.to ?? 0;
    const check = (copied: string): string | undefined =>
      checkLedger(foldersIn(copied), acks, afterPowerCut)[0];
    onCut(cut, withCopy(check));
    child.kill("SIGCONT");
  }
  child.kill("SIGKILL");
  await closed;
  return size;
}
