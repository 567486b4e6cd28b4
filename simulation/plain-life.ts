/** Power cuts under the control of plain-log.ts: how often does a frame rise that was given up? */
import { openPlainLog } from "./plain-log.ts";
import { createDice } from "./random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

/** @returns after how many of the cuts an entry stood behind another one than it was written. */
export function countRisen(seed: number, cuts: number, isChained: boolean): number {
  const dice = createDice(seed);
  const disk = new SimulatedDisk(dice);
  /** What each entry was written behind. */
  const before = new Map<string, string>();
  let serial = 0;
  let risen = 0;
  for (let cut = 0; cut <= cuts; cut++) {
    const log = openPlainLog(disk, dice, isChained);
    const texts = log.entries.map(String);
    if (texts.some((text, index) => before.get(text) !== (texts[index - 1] ?? ""))) risen++;
    for (let groups = dice.below(4); groups >= 0; groups--) {
      for (let left = 1 + dice.below(6); left > 0; left--) {
        // Of one length, as real entries often are.
        const text = String(++serial).padStart(600, "0");
        before.set(text, String(log.entries.at(-1) ?? ""));
        log.write(Buffer.from(text));
      }
      if (groups > 0) log.sync();
    }
    disk.cutPower();
  }
  return risen;
}
