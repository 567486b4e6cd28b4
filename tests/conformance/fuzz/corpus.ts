/** Where the fuzzer starts from: the smuggling vectors, and the seeds that once found something. */
import { readFileSync } from "node:fs";
import { toBytes } from "#tests/support/raw-http.ts";
import { requestVectors } from "../smuggling/vectors/index.ts";

/** Vectors that are small enough to be mutated often. */
export function requestCorpus(): string[] {
  return requestVectors
    .map((vector) =>
      vector.steps
        .map((step) =>
          typeof step === "object" && "pauseMs" in step ? "" : toBytes(step).toString("latin1"),
        )
        .join(""),
    )
    .filter((text) => text.length < 2_000);
}

/** One seed a line; `#` begins a comment. */
export function keptSeeds(): number[] {
  const text = readFileSync(new URL("./seeds.txt", import.meta.url), "utf8");
  return text
    .split("\n")
    .map((line) => (line.split("#")[0] as string).trim())
    .filter((line) => line !== "")
    .map(Number);
}
