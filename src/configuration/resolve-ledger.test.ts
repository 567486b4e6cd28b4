import assert from "node:assert/strict";
import { resolve } from "node:path";
import test from "node:test";
import { brief, loadText } from "#tests/support/load-text.ts";

const text = (ledger: string, service = "") => `version: 1
services:
  orders:
    instances: ["http://127.0.0.1:9101"]
${service}callers: open
${ledger}`;

test("a ledger is on unless it is switched off, and then no service has one", () => {
  const { configuration, diagnostics } = loadText(text("ledger: off\n"));
  assert.deepEqual(diagnostics.map(brief), ["5:10 info open-to-anybody"]);
  assert.equal(configuration?.ledger, undefined);
  assert.equal(configuration?.services[0]?.ledger, undefined);
});

test("a service takes the general mode and capture unless it sets its own", () => {
  const general = "ledger: { path: log, mode: written, capture: none }\n";
  const plain = loadText(text(general)).configuration;
  assert.equal(plain?.ledger?.path, resolve("log"));
  assert.equal(plain?.ledger?.checkpoints, resolve("log-checkpoints"));
  const expected = { mode: "written", capture: "none", operations: {}, sensitive: [] };
  assert.deepEqual(plain?.services[0]?.ledger, expected);
  const own =
    "    ledger: { mode: intent, operations: { place: full }, sensitive: [cardNumber] }\n";
  assert.deepEqual(loadText(text(general, own)).configuration?.services[0]?.ledger, {
    mode: "intent",
    capture: "none",
    operations: { place: "full" },
    sensitive: ["cardNumber"],
  });
});

test("settings of a service beside a ledger that is off are told of", () => {
  const { diagnostics } = loadText(text("ledger: off\n", "    ledger: { mode: strict }\n"));
  assert.deepEqual(diagnostics.map(brief), [
    "5:5 warning ledger-is-off",
    "6:10 info open-to-anybody",
  ]);
});

const faulty: readonly [string, string, string][] = [
  ["on", "ledger: on\n", "6:9 error bad-value"],
  ["an unknown mode", "ledger: { mode: durable }\n", "6:17 error bad-value"],
  ["checkpoints inside", "ledger: { checkpoints: data/ledger/c }\n", "checkpoints-in-ledger"],
  ["a hostile origin", 'ledger: { origin: "a\\nb" }\n', "bad-value"],
];

for (const [name, ledger, expected] of faulty) {
  test(`a ledger with ${name} is refused with its place`, () => {
    const { configuration, diagnostics } = loadText(text(ledger));
    assert.equal(configuration, undefined);
    assert.ok(diagnostics.map(brief).join().includes(expected), diagnostics.map(brief).join());
  });
}
