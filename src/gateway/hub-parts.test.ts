import assert from "node:assert/strict";
import test from "node:test";
import { HubParts } from "./hub-parts.ts";

async function readAll(parts: HubParts): Promise<string> {
  const read: Buffer[] = [];
  for await (const part of parts) read.push(part);
  return Buffer.concat(read).toString();
}

test("parts are read in their order, whether they come before they are asked for or after", async () => {
  const parts = new HubParts(() => undefined);
  parts.push(Buffer.from("a"));
  const whole = readAll(parts);
  parts.push(Buffer.from("b"));
  await Promise.resolve();
  parts.push(Buffer.from("c"));
  parts.end();
  assert.equal(await whole, "abc");
});

test("bytes that are used again by who gave them do not change what is read", async () => {
  const parts = new HubParts(() => undefined);
  const bytes = Buffer.from("abc");
  parts.push(bytes);
  bytes.fill("x");
  parts.end();
  assert.equal(await readAll(parts), "abc");
});

test("who sends more than is held has to wait until it is read", async () => {
  let more = 0;
  const parts = new HubParts(() => more++);
  assert.equal(parts.push(Buffer.alloc(60 * 1024)), true);
  assert.equal(parts.push(Buffer.alloc(60 * 1024)), false);
  assert.equal(more, 0);
  const reading = parts[Symbol.asyncIterator]();
  await reading.next();
  await reading.next();
  assert.equal(more, 0);
  const third = reading.next();
  await Promise.resolve();
  assert.equal(more, 1);
  parts.push(Buffer.from("z"));
  assert.equal((await third).value?.toString(), "z");
});

test("what is dropped is over for who reads", async () => {
  const parts = new HubParts(() => undefined);
  parts.push(Buffer.from("a"));
  parts.drop();
  parts.push(Buffer.from("b"));
  assert.equal(await readAll(parts), "");
});
