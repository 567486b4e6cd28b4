/** Loads every contract of a collection, each within bounds of time and memory, and counts. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { Worker } from "node:worker_threads";
import { corpora, type Corpus } from "./importers.ts";
import type { LoadOrder, LoadResult } from "./load-worker.ts";

/** empty: a sound document in which no operation is offered, such as a WSDL of types alone. */
export type Verdict = "loaded" | "losses" | "empty" | "refused" | "crashed";

export interface ContractResult {
  /** Relative to the collection. */
  readonly file: string;
  readonly verdict: Verdict;
  readonly why: readonly string[];
}

const timeMsMax = 10_000;
const memoryMbMax = 512;
/** What every importer reads to recognise its own. */
const headLength = 64 * 1024;

export async function runCorpora(collection: string): Promise<readonly ContractResult[]> {
  const results: ContractResult[] = [];
  for (const corpus of corpora) {
    const folder = join(collection, corpus.folder);
    if (!existsSync(folder)) continue;
    for (const name of globSync("**/*", { cwd: folder }).toSorted()) {
      const file = join(folder, name);
      if (!corpus.files.test(name) || !statSync(file).isFile() || !isContract(corpus, file))
        continue;
      const { verdict, why } = await judge({ file, folder: corpus.folder });
      results.push({ file: relative(collection, file), verdict, why });
    }
  }
  return results;
}

/** Parts that other documents refer to are loaded with these. */
function isContract({ importer }: Corpus, file: string): boolean {
  return importer.recognize(readFileSync(file, "utf8").slice(0, headLength), file) >= 0.5;
}

function judge(workerData: LoadOrder): Promise<Omit<ContractResult, "file">> {
  const { promise, resolve } = Promise.withResolvers<Omit<ContractResult, "file">>();
  const worker = new Worker(new URL("./load-worker.ts", import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: memoryMbMax },
  });
  const timer = setTimeout(() => {
    resolve({ verdict: "crashed", why: [`not done after ${timeMsMax} ms`] });
    void worker.terminate();
  }, timeMsMax);
  worker.once("message", (result: LoadResult) => resolve(verdictOf(result)));
  worker.once("error", (error) => resolve({ verdict: "crashed", why: [String(error)] }));
  worker.once("exit", (code) => {
    clearTimeout(timer);
    resolve({ verdict: "crashed", why: [`ended with code ${code}`] });
  });
  return promise;
}

function verdictOf({ operations, hasErrors, losses }: LoadResult): Omit<ContractResult, "file"> {
  if (losses.length === 0) return { verdict: "loaded", why: [] };
  if (operations > 0) return { verdict: "losses", why: losses };
  return { verdict: hasErrors ? "refused" : "empty", why: losses };
}

/** `openapi/learn`: the folder of an importer, and where its documents come from. */
export function sourceOf(file: string): string {
  return file.split(sep).slice(0, 2).join("/");
}
