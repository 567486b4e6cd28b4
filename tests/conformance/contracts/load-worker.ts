/** Loads one contract in a thread of its own, so that whatever happens there harms nobody. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { formatDiagnostic, hasErrors } from "#base/diagnostic.ts";
import { corpora } from "./importers.ts";

export interface LoadOrder {
  readonly file: string;
  readonly folder: string;
}

export interface LoadResult {
  readonly operations: number;
  readonly hasErrors: boolean;
  /** Warnings and errors, as they are printed. */
  readonly losses: readonly string[];
}

const { file, folder } = workerData as LoadOrder;
const corpus = corpora.find((one) => one.folder === folder);
const read = (reference: string, from: string) => {
  const path = resolve(dirname(from), decodeURIComponent(reference));
  return existsSync(path) ? { file: path, text: readFileSync(path, "utf8") } : undefined;
};
const loaded = corpus?.importer.import({ file, text: readFileSync(file, "utf8"), read });
const result: LoadResult = {
  operations: loaded?.contract.operations.length ?? 0,
  hasErrors: hasErrors(loaded?.diagnostics ?? []),
  losses: (loaded?.diagnostics ?? [])
    .filter(({ severity }) => severity !== "info")
    .map(formatDiagnostic),
};
parentPort?.postMessage(result);
