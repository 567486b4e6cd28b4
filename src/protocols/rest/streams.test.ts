/** Streams: inputs of a request, and outputs of an answer, one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Answer, Fault } from "#call/call.ts";
import type { Operation, RestBinding } from "#contract/contract.ts";
import type { Decoded, Face } from "#extension/protocol.ts";
import { describeOpenApi } from "./describe.ts";
import { createRestFace } from "./face.ts";
import type { AnswerStream } from "#extension/streams.ts";
import {
  binding,
  contractOf,
  field,
  json,
  operation,
  plainOf,
  record,
  respond,
  send,
  text,
} from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const jsonType = { "content-type": "application/json" };
const modes: readonly Operation["mode"][] = ["client-stream", "bidi"];

const lineType = { "content-type": "application/x-ndjson" };
const noted = record(field("id", text), field("at", text, { presence: "optional" }));

/** What a face makes of a request's parts. */
function inputsOf(own: Operation, target: string, ...parts: readonly string[]) {
  const face = createRestFace(contractOf([own]));
  const { call, negotiated } = asCall(send(face, { method: "POST", target, fields: lineType }));
  assert.deepEqual({ ...call.input }, {});
  const inputs = face.decodeInputs?.({ operation: own, exchangeId: "x1", negotiated });
  const got = parts.flatMap((part) => [...(inputs?.push(Buffer.from(part)) ?? [])]);
  return [...got, ...(inputs?.last?.() ?? [])].map((one) =>
    one.kind === "fault" ? one.message : { ...one.input },
  );
}

function asCall(decoded: Decoded): Extract<Decoded, { kind: "call" }> {
  if (decoded.kind !== "call") throw new Error(JSON.stringify(decoded));
  return decoded;
}

for (const mode of modes) {
  const output = { type: record(field("seen", text)), headers: [] };
  const tell = operation("tell", noted, { mode, output });
  const service = contractOf([tell, operation("get", record())]);

  test(`inputs of a ${mode} operation are read line by line, wherever they are split`, () => {
    const expected = [{ id: "a" }, { id: "ü", at: "x" }];
    const body = Buffer.from('{"id":"a"}\r\n\n{"id":"ü","at":"x"}').toString("latin1");
    for (const at of [1, 11, 13, 22, body.length]) {
      const parts = [body.slice(0, at), body.slice(at)];
      const face = createRestFace(service);
      const { negotiated } = asCall(
        send(face, { method: "POST", target: "/tell", fields: lineType }),
      );
      const inputs = face.decodeInputs?.({ operation: tell, exchangeId: "x1", negotiated });
      assert.ok(inputs);
      const got = parts.flatMap((part) => [...inputs.push(Buffer.from(part, "latin1"))]);
      got.push(...(inputs.last?.() ?? []));
      assert.equal(inputs.end(), undefined);
      assert.deepEqual(plainOf(got), plainOf(expected.map((input) => ({ kind: "input", input }))));
    }
  });

  test(`what the address says holds for each input of a ${mode} operation`, () => {
    const body = { field: "id", required: true, contents: [json] };
    const parameter = { field: "at", name: "at", in: "path", style: "simple", explode: false };
    const parameters = [parameter] as unknown as RestBinding["parameters"];
    const rest = binding("POST", "/at/{at}", { body, parameters });
    assert.deepEqual(inputsOf({ ...tell, rest }, "/at/7", '"a"\n"b"'), [
      { at: "7", id: "a" },
      { at: "7", id: "b" },
    ]);
  });

  test(`inputs of a ${mode} operation that are none are told with their number`, () => {
    const [first, second, third] = inputsOf(tell, "/tell", '{"id":"a"}\n{"id":1}\n{"it":"a"}\n');
    assert.deepEqual(first, { id: "a" });
    assert.match(second as string, /^input 2: .*(string|text)/);
    assert.match(third as string, /^input 3: .*`it`/);
  });

  test(`a ${mode} operation whose address has no body is not offered`, () => {
    const rest = binding("GET", "/tell");
    const face = createRestFace(contractOf([{ ...tell, rest }]));
    const response = respond(face, send(face, { target: "/tell" }));
    assert.equal(response.status, 501);
    const told = JSON.parse(response.body.toString()) as Record<string, string>;
    assert.equal(told["code"], "operation-not-offered");
    const { diagnostics } = describeOpenApi(contractOf([{ ...tell, rest }]), { address: "/" });
    assert.equal(
      diagnostics.find(({ code }) => code === "stream-not-described")?.severity,
      "warning",
    );
  });

  test(`services of REST are not called with a ${mode} operation, which callers see described`, () => {
    const refused = createRestUpstream(service).encode({
      ...{ operation: tell, input: { id: "1" }, headers: {} },
    });
    assert.equal(refused.kind === "fault" && refused.code, "operation-not-offered");
    const { text: described } = describeOpenApi(service, { address: "/" });
    const { paths } = JSON.parse(described) as {
      paths: Record<string, { post: { requestBody: { content: object } } }>;
    };
    assert.deepEqual(Object.keys(paths["/tell"]?.post.requestBody.content ?? {}), [
      "application/x-ndjson",
      "application/json-seq",
    ]);
  });
}

const watch = operation("watch", record(field("id", text)), {
  mode: "server-stream",
  output: { type: record(field("seen", text)), headers: [] },
});
const watching = contractOf([watch]);

function streamAs(accept: string | undefined) {
  const face = createRestFace(watching);
  const fields = accept === undefined ? jsonType : { ...jsonType, accept };
  const decoded = send(face, { method: "POST", target: "/watch", body: '{"id":"1"}', fields });
  assert.equal(decoded.kind, "call", JSON.stringify(decoded));
  const negotiated = decoded.kind === "call" ? decoded.negotiated : undefined;
  const stream = face.encodeStream?.({ operation: watch, exchangeId: "x1", negotiated });
  assert.ok(stream !== undefined);
  const item = (seen: string): string => {
    const bytes = stream.item({ kind: "answer", output: { seen }, headers: {} });
    return Buffer.isBuffer(bytes) ? bytes.toString() : JSON.stringify(bytes);
  };
  const type = stream.fields.find(([name]) => name === "content-type")?.[1];
  return { type, stream, text: item("a") + item("b") };
}

const broken = {
  kind: "fault",
  faultKind: "unavailable",
  blame: "service",
  code: "gone",
  message: "it went away",
} as const;

test("outputs are lines of JSON, events, or items of an array, as Accept says", () => {
  const lines = streamAs(undefined);
  assert.deepEqual(
    [lines.type, lines.text],
    ["application/x-ndjson", '{"seen":"a"}\n{"seen":"b"}\n'],
  );
  assert.equal(lines.stream.end(undefined).body.length, 0);
  const events = streamAs("text/event-stream");
  assert.equal(events.text, 'data: {"seen":"a"}\n\ndata: {"seen":"b"}\n\n');
  assert.equal(events.stream.end(undefined).body.toString(), "event: end\ndata: \n\n");
  const array = streamAs("application/json");
  const whole = array.text + array.stream.end(undefined).body.toString();
  assert.deepEqual(JSON.parse(whole), [{ seen: "a" }, { seen: "b" }]);
});

test("a stream that breaks says so at its end, or is cut off where there is no place for it", () => {
  const line = streamAs("application/x-ndjson").stream.end(broken).body.toString();
  const { problem } = JSON.parse(line) as { problem: Record<string, unknown> };
  assert.deepEqual(
    [problem["code"], problem["detail"], problem["fault"]],
    ["gone", "it went away", "service"],
  );
  const event = streamAs("text/event-stream").stream.end(broken).body.toString();
  assert.match(event, /^event: problem\ndata: \{[^\n]*"code":"gone"[^\n]*\}\n\n$/);
  assert.equal(streamAs("application/json").stream.end(broken).cut, true);
});

test("a form that no stream has is refused", () => {
  const face = createRestFace(watching);
  const fields = { ...jsonType, accept: "image/png" };
  const sent = { method: "POST", target: "/watch", body: '{"id":"1"}', fields };
  assert.equal(respond(face, send(face, sent)).status, 406);
});

test("a form of the contract's own goes first, and a JSON sequence has its marks", () => {
  const contents = [{ mediaType: "application/json-seq", format: "json" }] as const;
  const success = { status: 200, field: undefined, contents };
  const own = { ...watch, rest: binding("GET", "/watch", { success }) };
  const face = createRestFace(contractOf([own]));
  const decoded = send(face, { target: "/watch" });
  assert.ok(decoded.kind === "call", JSON.stringify(decoded));
  const { negotiated } = decoded;
  const stream = face.encodeStream?.({ operation: own, exchangeId: "x1", negotiated });
  assert.equal(stream?.fields[0]?.[1], "application/json-seq");
  const item = stream?.item({ kind: "answer", output: { seen: "a" }, headers: {} });
  assert.equal(Buffer.isBuffer(item) ? item.toString() : item, '\u001e{"seen":"a"}\n');
});

const forms = [
  ["application/x-ndjson", "application/x-ndjson"],
  ["text/event-stream", "text/event-stream"],
] as const;

for (const [accept, contentType] of forms) {
  test(`what the face writes as ${accept} the upstream reads, split anywhere`, () => {
    const faults: Operation["faults"] = [
      { name: "Gone", type: record(field("why", text)), statuses: ["410"], contents: [json] },
    ];
    const own: Operation = { ...watch, faults };
    const service = contractOf([own]);
    const head = { status: 200, field: () => contentType };
    const call = { operation: own, input: {}, headers: {} };
    const declared = { name: "Gone", detail: { why: "sold\nout" } };
    const known = { ...broken, code: "Gone", declared };
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }),
        fc.constantFrom(undefined, broken, known),
        fc.array(fc.nat(), { maxLength: 5 }),
        (seen, fault, cuts) => {
          const stream = streamOf(createRestFace(service), accept, own);
          const items = seen.map((one) =>
            stream.item({ kind: "answer", output: { seen: one }, headers: {} }),
          ) as Buffer[];
          const bytes = Buffer.concat([...items, stream.end(fault).body]);
          const replies = createRestUpstream(service).decodeOutputs?.(head, call);
          assert.ok(replies !== undefined);
          const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
          let from = 0;
          const found: (Answer | Fault)[] = [];
          for (const to of places.toSorted((one, other) => one - other)) {
            found.push(...replies.push(bytes.subarray(from, to)));
            from = to;
          }
          found.push(...(replies.last?.() ?? []));
          assert.equal(
            replies.end(() => undefined),
            undefined,
          );
          const told = found.map((one) =>
            one.kind === "answer" ? one.output["seen"] : [one.faultKind, one.declared],
          );
          const end = fault && [
            fault === known ? "not_found" : "unavailable",
            fault === known ? declared : undefined,
          ];
          assert.deepEqual(
            JSON.parse(JSON.stringify(told)),
            JSON.parse(JSON.stringify(end === undefined ? seen : [...seen, end])),
          );
        },
      ),
    );
  });
}

function streamOf(face: Face, accept: string, asked: Operation): AnswerStream {
  const fields = { ...jsonType, accept };
  const decoded = send(face, { method: "POST", target: "/watch", body: '{"id":"1"}', fields });
  assert.ok(decoded.kind === "call", JSON.stringify(decoded));
  const { negotiated } = decoded;
  const stream = face.encodeStream?.({ operation: asked, exchangeId: "x1", negotiated });
  assert.ok(stream !== undefined);
  return stream;
}
