/** `parlance key`: a new key for a caller, and the digest that the configuration needs of it. */
import { hash } from "node:crypto";
import { nodePlatform } from "#base/platform.ts";
import { exitCode, type Command } from "#cli/command.ts";
import { print, printJson } from "#cli/print.ts";

/** 256 bits. */
const keyBytes = 32;

export const key: Command = {
  name: "key",
  summary: "Makes a key for a caller, and the digest that stands in the configuration.",
  description: [
    "The key goes to the caller, who sends it as `X-Api-Key`; the digest goes into the file, as " +
      "`callers.NAME.keySha256`, or into the list `keysSha256` beside the one that it is to " +
      "replace. Nothing is kept: who loses the key needs a new one.",
  ],
  positionals: [],
  options: {},
  examples: ["parlance key"],
  exitCodes: {},
  async run(input) {
    const made = Buffer.from(nodePlatform.random.bytes(keyBytes)).toString("base64url");
    const keySha256 = hash("sha256", made);
    if (input.json) printJson({ key: made, keySha256 });
    else {
      print(`key, for the caller alone:          ${made}`);
      print(`for the file, under callers.NAME:   keySha256: ${keySha256}`);
    }
    return exitCode.fine;
  },
};
