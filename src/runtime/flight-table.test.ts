import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlightMemory, createFlightTable, readFlights } from "./flight-table.ts";

const id = (digit: string) => digit.repeat(32);
const octets = (digit: string) => Buffer.from(id(digit));

test("a flight that has begun is read with all that was noted of it", () => {
  const memory = createFlightMemory();
  const table = createFlightTable(memory);
  const head = Buffer.from("..GET /orders/42 HTTP/1.1");
  const slot = table.begin(octets("a"), 1_700_000_000_123.5, head, 2, 16);
  table.noteService(slot, 3);
  const expected = {
    id: id("a"),
    request: "GET /orders/42",
    service: 3,
    startMs: 1_700_000_000_123.5,
  };
  assert.deepEqual(readFlights(memory), [expected]);
});

test("a flight that has ended is not read, and its slot serves again", () => {
  const memory = createFlightMemory();
  const table = createFlightTable(memory);
  const head = Buffer.from("GET /");
  const first = table.begin(octets("a"), 1, head, 0, 5);
  const second = table.begin(octets("b"), 2, head, 0, 5);
  table.end(first);
  assert.deepEqual(
    readFlights(memory).map((flight) => flight.id),
    [id("b")],
  );
  assert.equal(table.begin(octets("c"), 3, head, 0, 5), first);
  assert.notEqual(first, second);
});

test("a long request is cut, not spilled into the next slot", () => {
  const memory = createFlightMemory();
  const table = createFlightTable(memory);
  const long = Buffer.from("x".repeat(5_000));
  table.begin(octets("a"), 1, long, 0, long.length);
  table.begin(octets("b"), 2, Buffer.from("GET /"), 0, 5);
  assert.deepEqual(
    readFlights(memory).map(({ request }) => request.length),
    [108, 5],
  );
});

test("flights beyond the room are let go without harm", () => {
  const table = createFlightTable(createFlightMemory());
  const head = Buffer.alloc(0);
  let slot = 0;
  for (let count = 0; slot >= 0 && count < 100_000; count++) {
    slot = table.begin(octets("a"), 1, head, 0, 0);
  }
  assert.equal(slot, -1);
  table.noteService(slot, 1);
  table.end(slot);
  assert.equal(table.begin(octets("a"), 1, head, 0, 0), -1);
});
