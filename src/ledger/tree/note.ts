/** Signed notes (C2SP signed-note): a text, an empty line and one signature line for each key. */
import { isUtf8 } from "node:buffer";
import type { Problem } from "#base/problem.ts";
import { decodeBase64 } from "./base64.ts";
import { isKeyName, type NoteSigner, type NoteVerifier } from "./note-keys.ts";
import { malformed, mismatch } from "./problems.ts";

interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Buffer;
}

export interface Note {
  /** With the newline at its end, without the empty line. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export const noteBytesMax = 64 * 1024;
const signaturesMax = 64;
/** An em dash and a space begin a signature line. */
const mark = "\u2014 ";

/** @param text ends with a newline. */
export function signNote(text: string, signers: readonly NoteSigner[]): Buffer {
  const bytes = Buffer.from(text);
  const lines = signers.map(({ verifier: { name, keyId }, sign }) => {
    const id = Buffer.alloc(4);
    id.writeUInt32BE(keyId);
    return `${mark}${name} ${Buffer.concat([id, sign(bytes)]).toString("base64")}\n`;
  });
  return Buffer.from(`${text}\n${lines.join("")}`);
}

/** Reads a note without believing it: `verifyNote` tells whether to. */
export function parseNote(bytes: Uint8Array): Note | Problem {
  if (bytes.length > noteBytesMax) {
    return malformed(`a signed note of ${bytes.length} bytes; the limit is ${noteBytesMax}`);
  }
  if (!isUtf8(bytes)) return malformed("a signed note is not UTF-8");
  const whole = Buffer.from(bytes).toString("utf8");
  // eslint-disable-next-line no-control-regex
  const control = /[\0-\x09\x0b-\x1f]/.exec(whole);
  if (control !== null) {
    return malformed(`a signed note has a control character at ${control.index}`);
  }
  const split = whole.lastIndexOf("\n\n");
  if (split < 0) return malformed("a signed note has no empty line before its signatures");
  if (!whole.endsWith("\n")) return malformed("a signed note does not end with a newline");
  const lines = whole.slice(split + 2, -1).split("\n");
  if (lines.length > signaturesMax) {
    return malformed(`a signed note with ${lines.length} signatures; the limit: ${signaturesMax}`);
  }
  const signatures: NoteSignature[] = [];
  for (const [at, line] of lines.entries()) {
    const signature = signatureOf(line);
    if (signature === undefined) {
      return malformed(
        `signature line ${at + 1} of a note: ${JSON.stringify(line.slice(0, 80))}; ` +
          "expected an em dash, the name of a key and base64 of at least 5 bytes",
      );
    }
    signatures.push(signature);
  }
  return { text: whole.slice(0, split + 1), signatures };
}

function signatureOf(line: string): NoteSignature | undefined {
  if (!line.startsWith(mark)) return undefined;
  const [name = "", encoded = "", more] = line.slice(mark.length).split(" ");
  const bytes = decodeBase64(encoded);
  if (more !== undefined || bytes === undefined || bytes.length < 5) return undefined;
  if (!isKeyName(name)) return undefined;
  return { name, keyId: bytes.readUInt32BE(0), signature: bytes.subarray(4) };
}

/** Undefined: at least one of the keys signed it, and none that is named did not. */
export function verifyNote(note: Note, verifiers: readonly NoteVerifier[]): Problem | undefined {
  const text = Buffer.from(note.text);
  let verified = 0;
  for (const { name, keyId, signature } of note.signatures) {
    const verifier = verifiers.find((one) => one.name === name && one.keyId === keyId);
    // Signatures of unknown keys say nothing: witnesses may have added theirs.
    if (verifier === undefined) continue;
    if (!verifier.verify(text, signature)) {
      return mismatch(`the signature of ${name} is not of this text`);
    }
    verified++;
  }
  if (verified > 0) return undefined;
  const wanted = verifiers.map(keyOf).join(", ");
  const found = note.signatures.map(keyOf).join(", ");
  return mismatch(`no signature of a known key (${wanted}); it is signed by ${found}`);
}

function keyOf({ name, keyId }: { readonly name: string; readonly keyId: number }): string {
  return `${name}+${keyId.toString(16).padStart(8, "0")}`;
}
