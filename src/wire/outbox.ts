/**
 * Writes to one socket, with the one question a sender has: may I go on and reuse my buffer?
 * No 'drain' event is used: an empty write with a callback is queued behind what is pending.
 */
import type { Socket } from "node:net";
import { joinedBodyBytesMax, readBytesMax, replaceScratch, scratch } from "./scratch.ts";
import { SpareBlocks } from "./spare-blocks.ts";

const empty = Buffer.alloc(0);

/** TLS finishes no write at once; that much may be queued as copies before senders must wait. */
const queuedBytesMax = 64 * 1024;

/**
 * Large copies go into blocks that are used again as soon as nothing is queued: left to the garbage
 * collector, they would pile up to tens of megabytes.
 */
const blocks = new SpareBlocks(readBytesMax, 32);
const blockedBytesMin = 8 * 1024;

export class Outbox {
  readonly #socket: Socket;
  readonly #encrypted: boolean;
  readonly #onFlushed: () => void;
  #waiting = false;
  readonly #lent: Buffer[] = [];

  /** @param onFlushed called once all is written, after a send that returned false. */
  constructor(socket: Socket, encrypted: boolean, onFlushed: () => void) {
    this.#socket = socket;
    this.#encrypted = encrypted;
    this.#onFlushed = onFlushed;
  }

  /** Whether a sender was told to wait and has not been called since. */
  get blocked(): boolean {
    return this.#waiting;
  }

  /** Sends the first `length` bytes of the scratch buffer. */
  sendScratch(length: number): boolean {
    const bytes = scratch().subarray(0, length);
    if (this.#encrypted) {
      this.#socket.write(this.#copy(bytes));
      return this.#socket.writableLength < queuedBytesMax || this.#wait();
    }
    this.#socket.write(bytes);
    if (this.#socket.writableLength === 0) return true;
    replaceScratch();
    return this.#wait();
  }

  /** Sends the first `length` bytes of the scratch buffer and a range behind them. */
  sendScratchWith(length: number, bytes: Buffer, from: number, to: number): boolean {
    const count = to - from;
    if (count > joinedBodyBytesMax) return this.sendScratchAnd(length, bytes, from, to);
    bytes.copy(scratch(), length, from, to);
    return this.sendScratch(length + count);
  }

  /**
   * Sends the first `length` bytes of the scratch buffer and then a range too large to be copied
   * behind them, in one system call all the same (writev).
   */
  sendScratchAnd(length: number, bytes: Buffer, from: number, to: number): boolean {
    if (this.#encrypted) {
      this.sendScratch(length);
      return this.send(bytes, from, to);
    }
    this.#socket.cork();
    this.#socket.write(Buffer.from(scratch().subarray(0, length)));
    this.#socket.write(bytes.subarray(from, to));
    this.#socket.uncork();
    return this.#socket.writableLength === 0 || this.#wait();
  }

  /** @returns whether the bytes are taken: the buffer may be reused and the next sent at once. */
  send(bytes: Buffer, from: number, to: number): boolean {
    if (from === to) return !this.#waiting;
    const slice = bytes.subarray(from, to);
    if (this.#encrypted) {
      this.#socket.write(this.#copy(slice));
      return this.#socket.writableLength < queuedBytesMax || this.#wait();
    }
    this.#socket.write(slice);
    return this.#socket.writableLength === 0 || this.#wait();
  }

  sendText(latin1Text: string): boolean {
    this.#socket.write(latin1Text, "latin1");
    return this.#socket.writableLength === 0 || this.#wait();
  }

  #copy(bytes: Buffer): Buffer {
    const { length } = bytes;
    if (length < blockedBytesMin || length > blocks.blockBytes) return Buffer.from(bytes);
    this.#takeBack();
    const block = blocks.take();
    this.#lent.push(block);
    bytes.copy(block);
    return block.subarray(0, length);
  }

  #takeBack(): void {
    if (this.#lent.length === 0 || this.#socket.writableLength > 0) return;
    for (const block of this.#lent) blocks.giveBack(block);
    this.#lent.length = 0;
  }

  #wait(): false {
    if (!this.#waiting) {
      this.#waiting = true;
      this.#socket.write(empty, this.#flushed);
    }
    return false;
  }

  readonly #flushed = (failure?: Error | null): void => {
    this.#waiting = false;
    if (failure || this.#socket.writableEnded) return;
    this.#takeBack();
    if (this.#socket.writableLength > 0) this.#wait();
    else this.#onFlushed();
  };
}
