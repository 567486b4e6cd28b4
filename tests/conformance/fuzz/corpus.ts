/** Where the fuzzer starts from: the smuggling vectors, and samples that once found something. */
import { readFileSync } from "node:fs";
import { toBytes } from "#tests/support/raw-http.ts";
import type { MessageKind } from "./reading.ts";
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

export interface KeptSample {
  readonly kind: MessageKind;
  readonly bytes: string;
}

/** One sample a line: the kind of message, a colon, the bytes as a JSON string. */
export function keptSamples(): KeptSample[] {
  const text = readFileSync(new URL("./seeds.txt", import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const colon = line.indexOf(":");
      const kind = line.slice(0, colon) as MessageKind;
      return { kind, bytes: JSON.parse(line.slice(colon + 1)) as string };
    });
}
