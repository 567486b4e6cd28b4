/** A count as it stands in the file, for explanations: nothing is made, nothing waited for. */
import { join } from "node:path";
import { sqlite } from "#base/late-modules.ts";
import { nodeDisk } from "#base/platform.ts";
import { fileName } from "./record-file.ts";

/** @returns undefined: there is no file, or it cannot be read. */
export function readCount(folder: string, key: string, nowMs: number): number | undefined {
  const path = join(folder, fileName);
  if (nodeDisk.stat(path) === undefined) return undefined;
  try {
    const file = new (sqlite().DatabaseSync)(path, { readOnly: true });
    try {
      const asked = file.prepare("SELECT taken FROM counts WHERE key = ? AND until_ms > ?");
      return Number(asked.get(key, nowMs)?.["taken"] ?? 0);
    } finally {
      file.close();
    }
  } catch {
    return undefined;
  }
}
