/**
 * Proofs that stand alone (C2SP tlog-proof): index, inclusion proof and signed checkpoint in one
 * text. In `extra` Parlance puts the entry itself, so that nothing else is needed to check it.
 */
import { isProblem, type Problem } from "#base/problem.ts";
import { decodeBase64 } from "./base64.ts";
import { openCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { entryBytesMax, hashBytes } from "./hashes.ts";
import { noteBytesMax } from "./note.ts";
import type { NoteVerifier } from "./note-keys.ts";
import { malformed } from "./problems.ts";
import { checkInclusion, proofHashesMax } from "./verify-proofs.ts";

export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Buffer[];
  /** As the log signed it. */
  readonly checkpoint: Buffer;
  /** Not covered by the proof as such: to be believed only as far as it hashes to the leaf. */
  readonly extra?: Buffer;
}

const firstLine = "c2sp.org/tlog-proof@v1";
const textBytesMax = noteBytesMax + Math.ceil(entryBytesMax / 3) * 4 + proofHashesMax * 45 + 100;

export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): Buffer {
  const lines = [
    firstLine,
    ...(extra === undefined ? [] : [`extra ${extra.toString("base64")}`]),
    `index ${index}`,
    ...hashes.map((hash) => hash.toString("base64")),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\n")}\n\n`), checkpoint]);
}

/** Reads a proof without believing it. */
export function parseTlogProof(bytes: Uint8Array): TlogProof | Problem {
  if (bytes.length > textBytesMax) {
    return malformed(`a proof of ${bytes.length} bytes; the limit is ${textBytesMax}`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = buffer.indexOf("\n\n");
  if (end < 0) return malformed("a proof has no empty line before its checkpoint");
  const [first, ...rest] = buffer.toString("latin1", 0, end).split("\n");
  if (first !== firstLine) return malformed(`a proof begins with the line ${firstLine}`);
  const hasExtra = rest[0]?.startsWith("extra ") === true;
  const extra = hasExtra ? decodeBase64((rest[0] as string).slice("extra ".length)) : undefined;
  if (hasExtra && extra === undefined) return malformed("a proof: its extra line is not base64");
  const [indexLine = "", ...hashLines] = hasExtra ? rest.slice(1) : rest;
  const [, digits] = /^index (0|[1-9]\d{0,15})$/.exec(indexLine) ?? [];
  if (digits === undefined || !Number.isSafeInteger(Number(digits))) {
    return malformed(
      `a proof: expected "index NUMBER", not ${JSON.stringify(indexLine.slice(0, 80))}`,
    );
  }
  if (hashLines.length > proofHashesMax) {
    return malformed(`a proof with ${hashLines.length} hashes; the limit is ${proofHashesMax}`);
  }
  const hashes: Buffer[] = [];
  for (const [at, line] of hashLines.entries()) {
    const hash = decodeBase64(line);
    if (hash?.length !== hashBytes)
      return malformed(`a proof: hash ${at + 1} is no hash in base64`);
    hashes.push(hash);
  }
  const checkpoint = buffer.subarray(end + 2);
  return { index: Number(digits), hashes, checkpoint, ...(extra && { extra }) };
}

/** The checkpoint, when a key signed it and it covers a leaf of this hash at the index told. */
export function verifyTlogProof(
  proof: TlogProof,
  leaf: Uint8Array,
  verifiers: readonly NoteVerifier[],
  origin?: string,
): Checkpoint | Problem {
  const checkpoint = openCheckpoint(proof.checkpoint, verifiers, origin);
  if (isProblem(checkpoint)) return checkpoint;
  const { index, hashes } = proof;
  return checkInclusion({ index, leaf, proof: hashes }, checkpoint) ?? checkpoint;
}
