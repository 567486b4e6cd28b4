/** A large list that is translated in parts says what it says when it is translated whole. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recognizeContract } from "#app/import-contracts.ts";
import { standardProtocols } from "#app/standard-protocols.ts";
import type { Answer, Call, Reply } from "#call/call.ts";
import type { Dialect, Operation } from "#contract/contract.ts";
import type { ValueRecord } from "#contract/value.ts";
import type {
  Face,
  FaceContext,
  FaceRequest,
  Protocol,
  Upstream,
  UpstreamRequest,
} from "#extension/protocol.ts";
import { beginLargeAnswer, largeBytesMin } from "#gateway/large-answer.ts";
import { listOpenApi, ordersOf, pageOf } from "./list-contract.ts";

const source = { file: "lists.yaml", text: listOpenApi, read: () => undefined };
const { contract } = recognizeContract(listOpenApi, "lists.yaml")?.import(source) ?? assert.fail();
const service = { serviceName: "lists", contract };

const protocols = new Map(standardProtocols.map((one) => [one.name, one]));
const faces = new Map<Dialect, Face>();
const upstreams = new Map<Dialect, Upstream>();

function faceOf(dialect: Dialect): Face {
  const face = faces.get(dialect) ?? (protocols.get(dialect) as Protocol).createFace?.(service);
  faces.set(dialect, face as Face);
  return face as Face;
}

function upstreamOf(dialect: Dialect): Upstream {
  const known = upstreams.get(dialect);
  const upstream = known ?? (protocols.get(dialect) as Protocol).createUpstream?.(service);
  upstreams.set(dialect, upstream as Upstream);
  return upstream as Upstream;
}

type Form = "json" | "xml" | "soap";
const dialects = { json: "rest", xml: "rest", soap: "soap" } as const;

function operationOf(id: string): Operation {
  return contract.operations.find((one) => one.id === id) ?? assert.fail(id);
}

/** As a caller asks for it. */
function contextOf(operation: Operation, form: Form): FaceContext {
  const call: Call = { operation, input: {}, headers: {} };
  const asked = upstreamOf(dialects[form]).encode(call) as UpstreamRequest;
  const headers: Record<string, string> =
    form === "soap" ? Object.fromEntries(asked.fields) : { accept: `application/${form}` };
  const fields = new Map(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]));
  const request: FaceRequest = {
    method: asked.method,
    path: asked.target === "" ? "/" : asked.target,
    query: "",
    field: (name) => (name === "accept" && form === "soap" ? undefined : fields.get(name)),
    body: asked.body,
  };
  const decoded = faceOf(dialects[form]).decode(request);
  assert.equal(decoded.kind, "call");
  const { negotiated } = decoded as { readonly negotiated: unknown };
  return { operation, negotiated, exchangeId: "0".repeat(32) };
}

function encoded(operation: Operation, form: Form, output: ValueRecord) {
  const answer: Answer = { kind: "answer", output, headers: {} };
  const { status, fields, body } = faceOf(dialects[form]).encode(
    answer,
    contextOf(operation, form),
  );
  const known = new Map(fields.map(([name, text]) => [name.toLowerCase(), text]));
  assert.equal(status, 200, body.toString());
  return { status, body, field: (name: string) => known.get(name) };
}

type Sent = ReturnType<typeof encoded>;

function whole(operation: Operation, from: Form, to: Form, sent: Sent): Buffer {
  const call: Call = { operation, input: {}, headers: {} };
  const reply: Reply = upstreamOf(dialects[from]).decode(sent, call);
  assert.equal(reply.kind, "answer", JSON.stringify(reply));
  return faceOf(dialects[to]).encode(reply, contextOf(operation, to)).body;
}

/** Undefined: it has to be whole. A text: why it broke. */
function inParts(operation: Operation, from: Form, to: Form, sent: Sent, cuts: readonly number[]) {
  const call: Call = { operation, input: {}, headers: {} };
  const begun = sent.body.subarray(0, cuts[0]);
  const large = upstreamOf(dialects[from]).splitAnswer?.(sent, call, begun);
  if (large === undefined) return undefined;
  const face = faceOf(dialects[to]);
  const context = contextOf(operation, to);
  const rewrite = (one: Reply): Reply => one;
  const options = { contract, call, face, context, bytesMax: 16 * 1024 ** 2, rewrite };
  const answer = beginLargeAnswer(large, options);
  if (answer === undefined) return undefined;
  const { stream } = answer;
  const bytes = [answer.bytes];
  for (const [index, cut] of cuts.entries()) {
    const step = stream.push(sent.body.subarray(cut, cuts[index + 1]));
    if (step.fault !== undefined) return step.fault.message;
    bytes.push(step.bytes);
  }
  const { fault } = stream.finish(() => undefined);
  if (fault !== undefined) return fault.message;
  return Buffer.concat([...bytes, stream.end(undefined).body]);
}

const forms: readonly Form[] = ["json", "soap"];
const targets: readonly Form[] = ["json", "xml", "soap"];
const cutsOf = (length: number) =>
  fc
    .array(fc.integer({ min: largeBytesMin, max: length - 1 }), { minLength: 1, maxLength: 8 })
    .map((cuts) => cuts.toSorted((a, b) => a - b));

for (const from of forms) {
  for (const to of targets) {
    for (const [id, output] of [
      ["listOrders", pageOf(4_000)],
      ["listLines", { body: ordersOf(4_000) }],
    ] as const) {
      test(`${id} from ${from} to ${to}: any split of the bytes says the same`, () => {
        const operation = operationOf(id);
        const sent = encoded(operation, from, output as unknown as ValueRecord);
        const expected = whole(operation, from, to, sent);
        let split = 0;
        fc.assert(
          fc.property(cutsOf(sent.body.length), (cuts) => {
            const found = inParts(operation, from, to, sent, cuts);
            if (found === undefined) return;
            split++;
            assert.equal(found.toString(), expected.toString());
          }),
          { numRuns: 15 },
        );
        assert.ok(split > 5, `${split} were split`);
      });
    }
  }
}
