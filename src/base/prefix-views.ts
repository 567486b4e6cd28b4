/** The first bytes of one buffer, as many as are asked for. */

/** A view costs as much as a tenth of a hash of it: those below `usualMax` bytes are made once. */
export function createPrefixViews(buffer: Buffer, usualMax: number): (length: number) => Buffer {
  const views = Array.from<Buffer | undefined>({ length: usualMax }).fill(undefined);
  return (length) => {
    if (length >= usualMax) return buffer.subarray(0, length);
    return (views[length] ??= buffer.subarray(0, length));
  };
}
