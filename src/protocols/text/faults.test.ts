import assert from "node:assert/strict";
import test from "node:test";
import type { Fault, Reply } from "#call/call.ts";
import { createTextFace } from "./face.ts";
import { importText } from "./import-fixture.ts";
import { createTextUpstream } from "./upstream.ts";

function speak(answer: string, fault: string, more = "") {
  const { contract, told: findings } = importText(
    `parlance: text/1\n${more}\noperations:\n  op:\n    request: { format: empty }\n` +
      `    answer: { ${answer} }\n    faults: { bad: { ${fault}, kind: aborted } }\n`,
  );
  assert.deepEqual(findings, []);
  const [operation] = contract.operations;
  assert.ok(operation);
  const service = { serviceName: "s", contract };
  const upstream = createTextUpstream(service);
  const face = createTextFace(service);
  return {
    read(body: string, status = 200): Reply {
      const call = { operation, input: {}, headers: {} };
      return upstream.decode({ status, field: () => undefined, body: Buffer.from(body) }, call);
    },
    write: (reply: Fault) =>
      face
        .encode(reply, { operation, exchangeId: "e", negotiated: undefined })
        .body.toString("utf8"),
  };
}

function told(reply: Reply): unknown {
  if (reply.kind === "answer") return { ...reply.output };
  const { code, message, declared, faultKind } = reply;
  return [code, message, faultKind, { ...(declared?.detail as object | null) }];
}

const pairs = "format: key-value, fields: [{ as: STATUS, const: OK }, { name: id }]";
const xml = "format: xml, root: result, fields: [{ name: id }]";
const line = "format: csv, fields: [{ name: status }, { name: id }, { name: text }]";

const cases: readonly (readonly [string, string, string, string, unknown])[] = [
  [
    "keys in any order",
    pairs,
    "when: { STATUS: ERR }, take: { message: TEXT, code: NR }",
    "TEXT=out of tea\nNR=17\nMORE=x\nSTATUS=ERR\n",
    ["bad", "out of tea", "aborted", { code: "17" }],
  ],
  ["no fault among keys", pairs, "when: { STATUS: ERR }", "STATUS=OK\nid=7\n", { id: "7" }],
  [
    "another root element",
    xml,
    'when: { "/": error }, take: { message: text }',
    "<error><text>out &amp; away</text></error>",
    ["bad", "out & away", "aborted", {}],
  ],
  [
    "an element",
    xml,
    'when: { ok: "0" }, take: { nr: code }',
    "<result><ok>0</ok><code>3</code></result>",
    ["bad", "bad", "aborted", { nr: "3" }],
  ],
  [
    "a field of a line",
    line,
    "when: { status: NOK }, take: { message: text }",
    "NOK,,out of tea\n",
    ["bad", "out of tea", "aborted", {}],
  ],
  [
    "no fault in a line",
    line,
    "when: { status: NOK }",
    "OK,7,\n",
    { status: "OK", id: "7", text: "" },
  ],
];

for (const [name, answer, fault, body, expected] of cases) {
  test(`a value tells: ${name}`, () => {
    assert.deepEqual(told(speak(answer, fault).read(body)), expected);
  });
}

test("what is told by values is read as the same fault", () => {
  for (const [answer, when] of [
    [pairs, "{ STATUS: ERR }"],
    [xml, '{ "/": error }'],
  ] as const) {
    const { read, write } = speak(answer, `when: ${when}, take: { message: TEXT, code: NR }`);
    const reply = read(
      write({
        ...{ kind: "fault", faultKind: "aborted", blame: "client", code: "bad" },
        message: "a <b>\n& c",
        declared: { name: "bad", detail: { code: "17" } },
      }),
    );
    assert.deepEqual(told(reply), ["bad", "a <b> & c", "aborted", { code: "17" }]);
  }
});

test("a status and a text together mean a fault, each alone does not", () => {
  const { read } = speak(line, 'status: "409", match: "TAKEN"');
  assert.equal((read("TAKEN", 409) as Fault).code, "bad");
  assert.equal((read("x", 409) as Fault).code, "service-failed");
  assert.equal(read("TAKEN,1,2", 200).kind, "answer");
});

test("the general error is read, and its code kept", () => {
  const { read, write } = speak(line, 'match: "NO"', 'errors: "ERR {code}: {message}"');
  const fault = read("ERR 42: broken") as Fault;
  assert.deepEqual([fault.code, fault.message, fault.blame], ["error-42", "broken", "service"]);
  assert.equal(write(fault), "ERR error-42: broken");
});

test("what a template has in XML is written as XML, and read so", () => {
  const { read, write } = speak(
    xml,
    'match: "<bad>{message}</bad>"',
    "errors: \"<error kind='{kind}'>{message}</error>\"",
  );
  const fault: Fault = {
    ...{ kind: "fault", faultKind: "not_found", blame: "client", code: "none" },
    message: "no <a> &\u0001b",
  };
  const text = write(fault);
  assert.equal(text, "<error kind='not_found'>no &lt;a&gt; &amp; b</error>");
  const back = read(text) as Fault;
  assert.deepEqual([back.faultKind, back.message], ["not_found", "no <a> & b"]);
  const declared = { name: "bad", detail: null };
  const own = write({ ...fault, faultKind: "aborted", declared });
  assert.equal(own, "<bad>no &lt;a&gt; &amp; b</bad>");
  assert.equal((read(own) as Fault).message, "no <a> & b");
});
