/** Folders that are gone when the process ends. One listener for all, since Node warns of many. */
import { rmSync } from "node:fs";

const folders = new Set<string>();

process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function removeAtExit(folder: string): void {
  folders.add(folder);
}
