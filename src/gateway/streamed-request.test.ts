import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "#call/call.ts";
import type { Input, InputStream, RequestStream } from "#extension/streams.ts";
import { createStreamedRequest } from "./streamed-request.ts";

const bad: Fault = {
  kind: "fault",
  faultKind: "invalid_argument",
  blame: "client",
  code: "bad",
  message: "",
};

/** An input for each octet; `!` is none. @returns also how many were decoded. */
function byOctets() {
  const seen = { decoded: 0 };
  function* decode(text: string): Iterable<Input | Fault> {
    for (const letter of text) {
      seen.decoded++;
      yield letter === "!" ? bad : { kind: "input", input: { letter } };
    }
  }
  const inputs: InputStream = {
    push: (bytes) => decode(bytes.toString("latin1")),
    end: () => undefined,
  };
  return { inputs, seen };
}

/** Every input is sent as so many octets. */
function sending(size: number, end = ""): RequestStream {
  return {
    head: { kind: "request", method: "POST", target: "/", fields: [], body: Buffer.alloc(0) },
    item: ({ letter }) => Buffer.alloc(size, letter as string),
    end: () => Buffer.from(end),
  };
}

test("inputs are sent together, and the end behind the last of them", () => {
  const streamed = createStreamedRequest(byOctets().inputs, sending(1, "."));
  assert.equal(streamed.next(), undefined);
  streamed.push(Buffer.from("ab"));
  streamed.push(Buffer.from("c"));
  assert.deepEqual(streamed.next(), Buffer.from("abc"));
  assert.equal(streamed.next(), undefined);
  assert.equal(streamed.takeEnd(), false);
  streamed.push(Buffer.from("d"));
  streamed.end();
  assert.equal(streamed.takeEnd(), false);
  assert.deepEqual(streamed.next(), Buffer.from("d."));
  assert.equal(streamed.next(), undefined);
  assert.equal(streamed.takeEnd(), true);
  assert.equal(streamed.takeEnd(), false);
});

test("what is not asked for is not decoded", () => {
  const { inputs, seen } = byOctets();
  const streamed = createStreamedRequest(inputs, sending(20_000));
  streamed.push(Buffer.from("abcdefgh"));
  assert.equal(seen.decoded, 0);
  const part = streamed.next();
  assert.ok(Buffer.isBuffer(part));
  assert.equal(part.length, 40_000);
  assert.equal(seen.decoded, 2);
});

test("a fault comes behind what was well, once, and nothing comes behind it", () => {
  const streamed = createStreamedRequest(byOctets().inputs, sending(1));
  streamed.push(Buffer.from("ab!c"));
  assert.deepEqual(streamed.next(), Buffer.from("ab"));
  assert.equal(streamed.next(), bad);
  streamed.push(Buffer.from("d"));
  streamed.end();
  assert.equal(streamed.next(), undefined);
  assert.equal(streamed.takeEnd(), false);
});

test("an end inside an input is a fault", () => {
  const { inputs } = byOctets();
  const streamed = createStreamedRequest({ ...inputs, end: () => bad }, sending(1));
  streamed.end();
  assert.equal(streamed.next(), bad);
  assert.equal(streamed.takeEnd(), false);
});
