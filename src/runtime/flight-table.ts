/**
 * What a worker is doing right now, in memory that outlives it: a slot an exchange in flight,
 * filled with a few stores and read by the main thread when the worker has died.
 */
const slotsMax = 8_192;
/** Busy (Int32), service (Int32), start (Float64), id (32 digits), length (Int32), text. */
const slotBytes = 160;
const at = { busy: 0, service: 4, startMs: 8, id: 16, length: 48, text: 52 } as const;
const idBytes = 32;
const textBytesMax = slotBytes - at.text;

export interface Flight {
  readonly id: string;
  /** `GET /orders/42`, cut after some 100 bytes. */
  readonly request: string;
  /** Place in the configuration, or -1 before a route was found. */
  readonly service: number;
  /** Wall clock. */
  readonly startMs: number;
}

/** Untouched pages of it cost nothing. */
export function createFlightMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(slotsMax * slotBytes);
}

export interface FlightTable {
  /** @returns the slot, or -1 when there are too many exchanges to note this one. */
  begin(id: Uint8Array, startMs: number, bytes: Uint8Array, from: number, to: number): number;
  /** Of the slot, which may be -1. */
  noteService(slot: number, service: number): void;
  end(slot: number): void;
}

export function createFlightTable(memory: SharedArrayBuffer): FlightTable {
  const bytes = new Uint8Array(memory);
  const ints = new Int32Array(memory);
  const doubles = new Float64Array(memory);
  const free = new Int32Array(slotsMax);
  // The lowest slots first, so that few pages are touched.
  for (let slot = 0; slot < slotsMax; slot++) free[slot] = slotsMax - 1 - slot;
  let freeCount = slotsMax;
  return {
    begin(id, startMs, head, from, to) {
      if (freeCount === 0) return -1;
      const slot = free[--freeCount] as number;
      const start = slot * slotBytes;
      doubles[(start + at.startMs) >> 3] = startMs;
      bytes.set(id, start + at.id);
      const length = Math.min(to - from, textBytesMax);
      for (let index = 0; index < length; index++) {
        bytes[start + at.text + index] = head[from + index] as number;
      }
      ints[(start + at.length) >> 2] = length;
      ints[(start + at.service) >> 2] = -1;
      ints[(start + at.busy) >> 2] = 1;
      return slot;
    },
    noteService(slot, service) {
      if (slot >= 0) ints[(slot * slotBytes + at.service) >> 2] = service;
    },
    end(slot) {
      if (slot < 0) return;
      ints[(slot * slotBytes) >> 2] = 0;
      free[freeCount++] = slot;
    },
  };
}

/** The exchanges that are in flight, in no particular order. */
export function readFlights(memory: SharedArrayBuffer): readonly Flight[] {
  const bytes = Buffer.from(memory);
  const flights: Flight[] = [];
  for (let start = 0; start < bytes.length; start += slotBytes) {
    if (bytes.readInt32LE(start + at.busy) !== 1) continue;
    const length = bytes.readInt32LE(start + at.length);
    const textStart = start + at.text;
    flights.push({
      id: bytes.toString("latin1", start + at.id, start + at.id + idBytes),
      request: bytes.toString("latin1", textStart, textStart + length),
      service: bytes.readInt32LE(start + at.service),
      startMs: bytes.readDoubleLE(start + at.startMs),
    });
  }
  return flights;
}
