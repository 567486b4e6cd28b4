/** Places in bytes that are replaced before the bytes are kept. */

export interface Edit {
  readonly from: number;
  readonly to: number;
  /** What stands there instead. */
  readonly text: string;
  /** Name of the field that is masked; undefined: something else is left out. */
  readonly field: string | undefined;
}

/** @param edits in the order of their places, which do not overlap. */
export function applyEdits(
  bytes: Buffer,
  from: number,
  to: number,
  edits: readonly Edit[],
): Buffer {
  if (edits.length === 0) return Buffer.from(bytes.subarray(from, to));
  const pieces: Buffer[] = [];
  let at = from;
  for (const edit of edits) {
    pieces.push(bytes.subarray(at, edit.from), Buffer.from(edit.text, "latin1"));
    at = edit.to;
  }
  pieces.push(bytes.subarray(at, to));
  return Buffer.concat(pieces);
}
