/** What is kept comes back as it was, or not at all. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { nodeDisk } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { singleBitFlips } from "#tests/support/flip-bits.ts";
import { createBodySlots } from "./body-slots.ts";
import { openBodyWriter } from "./body-writer.ts";
import { createSaltMaker } from "./commitment.ts";
import { eraseSubject } from "./erase.ts";
import { ExchangeDigests } from "./exchange-digests.ts";
import { diskWithFile, exchange, keptPart, keyStoreIn, temporaryLedger } from "./bodies-fixture.ts";
import { keepExchange } from "./keep-exchange.ts";
import { part, partNames } from "./parts.ts";
import { openBodies, type EvidenceFields, type KeptParts } from "./read-bodies.ts";
import { currentSubject } from "./subject-keys.ts";

const run = "0badcafe";
const request = '{"card":"***"}';
const passed = '{"card":"4711"}';

/** One exchange whose request was masked and whose answer was cut. */
function keepOne(t: TestContext) {
  const ledger = temporaryLedger(t);
  const keys = keyStoreIn(ledger);
  const subject = currentSubject(keys, "billing");
  assert.ok(!isProblem(subject));
  const digits = Buffer.from(exchange, "latin1");
  const digests = new ExchangeDigests("", createSaltMaker(subject.key), digits);
  digests.commitBody(part.requestBody, Buffer.from(passed), 0, passed.length, passed.length);
  const commitment = Buffer.from(digests.commitments.subarray(32, 64));
  const slots = createBodySlots(1);
  const writer = openBodyWriter({ disk: nodeDisk, ledger, run, worker: 0, slots });
  const kept = [
    keptPart("POST /cards HTTP/1.1\r\n\r\n", { note: "203.0.113.7" }),
    keptPart(request, { commitment, isMasked: true, fullLength: passed.length }),
    undefined,
    keptPart("a long ans", { isCut: true, fullLength: 1_000_000 }),
  ];
  const { reference, commitments } = keepExchange(writer, subject, exchange, kept, 1);
  writer.close();
  const committed = Object.fromEntries(
    partNames.flatMap((name, which) => {
      const one = commitments[which];
      return one === undefined ? [] : [[name, one.toString("hex")]];
    }),
  );
  const entry = { exchange, subject: subject.pseudonym, bodies: reference, ...committed };
  const path = join(ledger, "bodies", `${run}-0-1.bodies`);
  return { ledger, keys, entry, kept, path, bodies: openBodies(nodeDisk, ledger, keys) };
}

function codeOf(found: KeptParts | Problem | boolean | Buffer): string {
  assert.ok(isProblem(found));
  return found.definition.code;
}

test("what was kept comes back, with its marks", (t) => {
  const { bodies, entry, kept } = keepOne(t);
  const [requestHead, requestBody, , responseBody] = kept;
  assert.deepEqual(bodies.read(entry), { requestHead, requestBody, responseBody });
});

test("the body that passed can be proved although it was masked, and no other", (t) => {
  const { bodies, entry } = keepOne(t);
  assert.equal(bodies.check(entry, "requestBody", Buffer.from(passed)), true);
  assert.equal(bodies.check(entry, "requestBody", Buffer.from(request)), false);
  assert.equal(codeOf(bodies.check(entry, "responseHead", Buffer.alloc(0))), "body-unknown");
});

test("no bit of a file of bodies can be flipped unnoticed, no byte be missing", (t) => {
  const { keys, entry, path } = keepOne(t);
  const whole = readFileSync(path);
  const stand = diskWithFile();
  const bodies = openBodies(stand.disk, "", keys);
  const read = (content: Buffer): KeptParts | Problem => {
    stand.content = content;
    return bodies.read(entry);
  };
  assert.ok(!isProblem(read(whole)));
  const start = Number(entry.bodies.split(":")[1]);
  for (const flipped of singleBitFlips(whole.subarray(start))) {
    assert.equal(codeOf(read(Buffer.concat([whole.subarray(0, start), flipped]))), "body-damaged");
  }
  for (let length = 0; length < whole.length; length++) {
    assert.equal(codeOf(read(whole.subarray(0, length))), "body-damaged");
  }
});

test("no bit of a commitment, nor the subject or exchange, can be another one", (t) => {
  const { bodies, entry, keys } = keepOne(t);
  const other = currentSubject(keys, "shop");
  assert.ok(!isProblem(other));
  const wrong: readonly Partial<EvidenceFields>[] = [
    { subject: other.pseudonym },
    { exchange: exchange.replace("08", "09") },
    ...partNames.map((name) => ({ [name]: "ab".repeat(32) })),
    ...partNames.map((name) => ({ [name]: "" })),
    { bodies: entry.bodies.replace(/\d+$/, "1") },
    { bodies: "../../../etc/passwd:0:10" },
    { bodies: `${run}-0-1:999999999999:100` },
  ];
  for (const fields of wrong) {
    assert.equal(codeOf(bodies.read({ ...entry, ...fields })), "body-damaged");
  }
  assert.equal(codeOf(bodies.read({ ...entry, bodies: "00000000-0-1:26:100" })), "body-unknown");
  assert.equal(codeOf(bodies.read({ exchange })), "body-unknown");
});

test("whatever stands in an entry, reading gives bodies or a problem", (t) => {
  const { bodies, entry } = keepOne(t);
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), maxLength: 64 });
  const anything = fc.record(
    {
      exchange: fc.oneof(hex, fc.constant(exchange)),
      subject: fc.oneof(fc.string(), hex, fc.constant(entry.subject)),
      bodies: fc.oneof(fc.string(), fc.constant(entry.bodies)),
      requestBody: fc.oneof(hex, fc.string()),
    },
    { requiredKeys: ["exchange"] },
  );
  fc.assert(
    fc.property(anything, (fields) => {
      assert.ok(isProblem(bodies.read(fields)));
      assert.notEqual(bodies.check(fields, "requestBody", Buffer.from(passed)), true);
    }),
  );
});

test("after an erasure nothing can be read or proved, and the reader is told when", (t) => {
  const { bodies, entry, keys, path } = keepOne(t);
  const order = { subject: "billing", nowMs: Date.UTC(2026, 10, 25), by: "ops", why: "asked to" };
  eraseSubject(keys, order);
  for (const found of [
    bodies.read(entry),
    bodies.check(entry, "requestBody", Buffer.from(passed)),
    bodies.salt(entry, "requestBody"),
  ]) {
    assert.equal(codeOf(found), "body-erased");
    assert.ok(isProblem(found) && found.detail.includes("erased on 2026-11-25"));
  }
  assert.ok(readFileSync(path).length > 0, "the ciphertext stays");
});

test("no plain byte of what is kept is in the file", (t) => {
  const { path } = keepOne(t);
  const content = readFileSync(path);
  for (const text of ["card", "/cards", "203.0.113.7", "a long"]) {
    assert.ok(!content.includes(text), text);
  }
});
