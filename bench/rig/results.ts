/**
 * Keeps the figures of the last run as JSON under data/bench, which is not part of the repository.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function saveResult(name: string, result: unknown): void {
  const folder = fileURLToPath(new URL("../../data/bench/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
  console.error(`figures in data/bench/${name}.json`);
}
