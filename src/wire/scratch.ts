/**
 * One buffer a worker in which a message is put together, so that head and body leave in a single
 * write. When the kernel did not take all of it, the buffer is still referenced and gets replaced.
 */

/**
 * A head of at most 64 KiB (`limits.headBytesMax` is checked against it) and its host once more,
 * a base path of at most 8 KiB, and body slices that are joined.
 */
const scratchBytes = 160 * 1024;

/** Body slices up to this size are copied behind the head, so that both leave in one write. */
export const joinedBodyBytesMax = 16 * 1024;

/** What is read from an instance at once: an answer of 64 KiB with its head. */
export const readBytesMax = 80 * 1024;

let current = Buffer.allocUnsafeSlow(scratchBytes);

export function scratch(): Buffer {
  return current;
}

export function replaceScratch(): void {
  current = Buffer.allocUnsafeSlow(scratchBytes);
}
