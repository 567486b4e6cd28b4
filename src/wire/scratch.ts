/**
 * One buffer a worker in which a message is put together, so that head and body leave in a single
 * write. When the kernel did not take all of it, the buffer is still referenced and gets replaced.
 */

/** A head of at most 64 KiB (`limits.headBytesMax` is checked against it), and one read of body. */
const scratchBytes = 160 * 1024;

/** Body slices up to this size travel in the same write as the head. */
export const joinedBodyBytesMax = 64 * 1024;

let current = Buffer.allocUnsafeSlow(scratchBytes);

export function scratch(): Buffer {
  return current;
}

export function replaceScratch(): void {
  current = Buffer.allocUnsafeSlow(scratchBytes);
}
