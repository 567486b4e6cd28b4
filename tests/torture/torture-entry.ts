/** What the tortured ledgers consist of: entries that say by whom they were written. */
import { createHash } from "node:crypto";

const filler = createHash("sha512").update("filler").digest("base64");

export function tortureEntry(number: number, nonce: string): Buffer {
  return Buffer.from(`${nonce} ${number} ${filler.repeat(number % 5)}`);
}

/** Who wrote an entry; undefined: it is none of `tortureEntry`. */
export function writerOf(entry: Buffer): string | undefined {
  const [nonce = "", number = ""] = entry.toString("latin1").split(" ", 2);
  return tortureEntry(Number(number), nonce).equals(entry) ? nonce : undefined;
}
