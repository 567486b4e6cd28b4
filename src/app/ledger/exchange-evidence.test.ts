/** What is captured when, and what becomes of it when the disk fails. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { nodeDisk, nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { Capture, Service } from "#configuration/configuration.ts";
import { headOfLines } from "#gateway/own-head.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import { announceErasure, createBodySlots } from "#ledger/bodies/body-slots.ts";
import { eraseSubject } from "#ledger/bodies/erase.ts";
import { keyStoreIn, temporaryLedger, watchedDisk } from "#ledger/bodies/bodies-fixture.ts";
import { openBodies } from "#ledger/bodies/read-bodies.ts";
import { DigestEvidence } from "./digest-evidence.ts";
import { openEvidence } from "./exchange-evidence.ts";
import { KeptEvidence } from "./kept-evidence.ts";

interface Captures {
  readonly capture: Capture;
  readonly operations?: Readonly<Record<string, Capture>>;
}

function serviceOf({ capture, operations = {} }: Captures): Service {
  return { name: "echo", ledger: { mode: "strict", capture, operations, sensitive: [] } } as never;
}

/** As much of an exchange as is looked at. */
function exchangeOf(captures: Captures, operation?: string, callerName?: string): ExchangeRecord {
  const route = {
    id: "default",
    path: "/echo/*",
    ...(operation === undefined ? {} : { operation }),
  };
  const exchange = {
    id: "0192ab3c4d5e7f8091a2b3c4d5e6f708",
    idBytes: Buffer.from("0192ab3c4d5e7f8091a2b3c4d5e6f708"),
    callerName,
    caller: { peer: { address: "203.0.113.7" } },
    route: { route, service: serviceOf(captures) },
    snapshot: { revision: { contracts: new Map(), configuration: { callers: "open" } } },
  };
  return exchange as never;
}

function stand(t: TestContext) {
  const ledger = temporaryLedger(t);
  const clock = { ms: 5_000, nowMs: () => clock.ms, monotonicMs: () => clock.ms };
  const failing = { what: /^$/ };
  const disk = watchedDisk((call, path) => {
    if (failing.what.test(path) && call !== "open for read") {
      throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
    }
  });
  const told: string[] = [];
  const slots = createBodySlots(1);
  const evidence = openEvidence({
    ...{ disk, clock, ledger, slots, random: nodePlatform.random, run: "0badcafe", worker: 0 },
    limits: { bodyBytesMax: 1_000, heldBytesMax: 1_500 },
    onFailure: (reason) => told.push(reason),
  });
  return { ledger, clock, failing, told, slots, evidence };
}

test("a route has its own capture, and the most of its operations when they are told late", (t) => {
  const { evidence } = stand(t);
  const begun = (captures: Captures, operation?: string) =>
    evidence.begin(exchangeOf(captures, operation))?.constructor;
  assert.equal(begun({ capture: "none" }), undefined);
  assert.equal(begun({ capture: "digest" }), DigestEvidence);
  assert.equal(begun({ capture: "full" }), KeptEvidence);
  const mixed: Captures = { capture: "digest", operations: { pay: "full", status: "none" } };
  assert.equal(begun(mixed, "pay"), KeptEvidence);
  assert.equal(begun(mixed, "status"), undefined);
  assert.equal(begun(mixed, "other"), DigestEvidence);
  assert.equal(begun(mixed), KeptEvidence);
  assert.equal(begun({ capture: "full", operations: { default: "digest" } }), DigestEvidence);
});

test("an operation that is told late has what it is to have", (t) => {
  const { evidence } = stand(t);
  const captures: Captures = { capture: "digest", operations: { pay: "full", status: "none" } };
  const ended = (operation: string | undefined) => {
    const one = evidence.begin(exchangeOf(captures));
    one?.requestBody(Buffer.from("body"), 0, 4);
    one?.end(operation);
    return [one?.present, one?.bodies !== undefined];
  };
  assert.deepEqual(ended("pay"), [2, true]);
  assert.deepEqual(ended("other"), [2, false]);
  assert.deepEqual(ended(undefined), [2, false]);
  assert.deepEqual(ended("status"), [0, false]);
});

test("what comes when an exchange is on record changes nothing any more", (t) => {
  const { evidence } = stand(t);
  for (const capture of ["digest", "full"] as const) {
    const one = evidence.begin(exchangeOf({ capture }));
    assert.ok(one !== undefined);
    one.requestBody(Buffer.from("body"), 0, 4);
    one.end(undefined);
    const before = Buffer.from(one.commitments);
    one.requestBody(Buffer.from("more"), 0, 4);
    one.responseBody(Buffer.from("more"), 0, 4);
    assert.deepEqual([one.commitments, one.present], [before, 2]);
  }
});

test("of an answer that another one replaced before it left nothing counts", (t) => {
  const { evidence, ledger } = stand(t);
  const replaced = Buffer.alloc(1_400, 0x61);
  for (const capture of ["digest", "full"] as const) {
    const one = evidence.begin(exchangeOf({ capture }));
    assert.ok(one !== undefined);
    for (const body of [replaced, Buffer.from("its "), Buffer.from("answer")]) {
      one.responseHead(headOfLines(200, "OK", "Content-Type: text/plain\r\n", false));
      one.responseBody(body, 0, body.length);
    }
    one.end(undefined);
    const { subject, commitments } = one;
    const entry = {
      ...{ exchange: "0192ab3c4d5e7f8091a2b3c4d5e6f708", subject },
      responseBody: commitments.toString("hex", 96, 128),
      ...(one.bodies === undefined
        ? {}
        : { bodies: one.bodies, responseHead: commitments.toString("hex", 64, 96) }),
    };
    const bodies = openBodies(nodeDisk, ledger, keyStoreIn(ledger));
    assert.equal(bodies.check(entry, "responseBody", Buffer.from("answer")), true);
    if (capture === "digest") continue;
    const kept = bodies.read(entry);
    assert.ok(!isProblem(kept));
    assert.equal(kept.responseBody?.bytes.toString(), "answer");
    assert.equal(kept.responseBody?.fullLength, 6);
  }
});

test("an answer of the gateway's own that tells of a sensitive field is not kept", (t) => {
  const { evidence, ledger } = stand(t);
  const withheld = (problem: object | undefined, fault?: object, line = "") => {
    const exchange = exchangeOf({ capture: "full" });
    const ledgerOf = { mode: "strict", capture: "full", operations: {}, sensitive: ["pin"] };
    Object.assign(exchange.route?.service ?? {}, { ledger: ledgerOf });
    const one = evidence.begin(Object.assign(exchange, { problem, fault }));
    assert.ok(one !== undefined);
    const lines = `Content-Type: text/xml\r\n${line}`;
    one.responseHead(headOfLines(400, "Bad Request", lines, false));
    one.responseBody(Buffer.from("<a/>"), 0, 4);
    one.end(undefined);
    const { subject, commitments, bodies = "" } = one;
    const [responseHead, responseBody] = [64, 96].map((at) =>
      commitments.toString("hex", at, at + 32),
    ) as [string, string];
    const { id } = exchange;
    const entry = { exchange: id, subject, responseHead, responseBody, bodies };
    const kept = openBodies(nodeDisk, ledger, keyStoreIn(ledger)).read(entry);
    assert.ok(!isProblem(kept));
    return [kept.responseHead?.isWithheld, kept.responseBody?.isWithheld];
  };
  assert.deepEqual(withheld(undefined), [false, false]);
  assert.deepEqual(withheld({ detail: "expected a number", place: "/pins" }), [false, false]);
  assert.deepEqual(withheld({ detail: 'found "1234"', place: "a:card/a:pin" }), [false, true]);
  assert.deepEqual(withheld({ detail: 'parameter `pin`: found "1234"' }), [false, true]);
  const fault = { message: 'found "1234"', place: "/cards/0/pin" };
  assert.deepEqual(withheld(undefined, fault), [false, true]);
  assert.deepEqual(withheld(undefined, fault, 'grpc-message: found "1234"\r\n'), [true, true]);
});

test("bodies under way are held within a bound that all share, and it is given back", (t) => {
  const { evidence } = stand(t);
  const bytes = Buffer.alloc(900, 0x61);
  for (let round = 0; round < 3; round++) {
    const two = [0, 1].map(() => evidence.begin(exchangeOf({ capture: "full" })));
    for (const one of two) one?.requestBody(bytes, 0, 900);
    const lengths = two.map((one) => {
      one?.end(undefined);
      return Number(one?.bodies?.split(":")[2]);
    });
    assert.equal((lengths[0] ?? 0) - (lengths[1] ?? 0), 300, "the second has 600 of 900 bytes");
  }
});

test("when bodies cannot be kept, their services fail, others go on, and it is tried again", (t) => {
  const { evidence, failing, told, clock } = stand(t);
  const full = serviceOf({ capture: "digest", operations: { pay: "full" } });
  const digest = serviceOf({ capture: "digest" });
  const once = () => {
    const one = evidence.begin(exchangeOf({ capture: "full" }));
    one?.requestBody(Buffer.from("body"), 0, 4);
    one?.end(undefined);
    return [one?.constructor, one?.present, one?.bodies !== undefined];
  };
  assert.deepEqual(once(), [KeptEvidence, 2, true]);
  failing.what = /\.bodies$/;
  assert.deepEqual(once(), [KeptEvidence, 2, false], "it is committed to all the same");
  assert.deepEqual(told, ["bodies cannot be kept: ENOSPC: no space left"]);
  assert.deepEqual([full, digest, undefined].map(evidence.isFailing), [true, false, false]);
  assert.deepEqual(once(), [DigestEvidence, 2, false]);
  clock.ms += 1_001;
  assert.equal(evidence.isFailing(full), false);
  once();
  assert.equal(told.length, 2);
  failing.what = /^$/;
  clock.ms += 1_001;
  assert.deepEqual(once(), [KeptEvidence, 2, true]);
});

test("when keys cannot be made, everything that needs one fails until it is tried again", (t) => {
  const { evidence, failing, told, clock } = stand(t);
  const begin = (caller: string) => evidence.begin(exchangeOf({ capture: "digest" }, "x", caller));
  assert.ok(begin("known") !== undefined);
  failing.what = /subjects/;
  assert.equal(begin("new"), undefined);
  assert.ok(begin("known") !== undefined);
  assert.equal(evidence.isFailing(serviceOf({ capture: "digest" })), true);
  assert.equal(evidence.isFailing(serviceOf({ capture: "none" })), false);
  assert.deepEqual(told, ["keys of subjects cannot be made: ENOSPC: no space left"]);
  failing.what = /^$/;
  assert.equal(begin("new"), undefined, "not at once");
  clock.ms += 1_001;
  assert.ok(begin("new") !== undefined);
});

test("a worker forgets a key that is erased", (t) => {
  const { evidence, ledger, slots } = stand(t);
  const subject = () => evidence.begin(exchangeOf({ capture: "digest" }, "x", "shop"))?.subject;
  const before = subject();
  assert.equal(subject(), before);
  const order = { subject: "shop", nowMs: 0, by: "ops", why: "asked to" };
  assert.ok(!isProblem(eraseSubject(keyStoreIn(ledger), order)));
  announceErasure(slots);
  assert.notEqual(subject(), before);
});
