/** The fidelity report: what is exact is called exact, and what gets lost is found and named. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import type { Call, Fault } from "#call/call.ts";
import type { Contract, Dialect } from "#contract/contract.ts";
import type { FidelityReport } from "#contract/fidelity.ts";
import type { Face, Protocol, UpstreamRequest } from "#extension/protocol.ts";
import { fixtureService } from "#gateway/router-fixture.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { withholdOperations } from "#gateway/withheld-face.ts";
import { checkLosses } from "./check-losses.ts";
import { reportFidelity } from "./fidelity-report.ts";
import { importContract } from "./import-contracts.ts";
import { standardProtocols } from "./standard-protocols.ts";

const { clock } = nodePlatform;

function contractOf(file: string, text: string): Contract {
  const files = { readUpTo: () => Buffer.from(text) };
  const { contract } = importContract(file, files, new Set());
  assert.ok(contract);
  return contract;
}

function openApi(body: object, media = "application/json"): Contract {
  const content = { [media]: { schema: body } };
  const responses = { 200: { description: "", content } };
  const post = { operationId: "put", requestBody: { required: true, content }, responses };
  const document = {
    openapi: "3.1.0",
    info: { title: "s", version: "1" },
    paths: { "/a": { post } },
  };
  return contractOf("s.openapi.json", JSON.stringify(document));
}

interface Options {
  readonly protocols?: readonly Protocol[];
  readonly speaks?: Dialect;
  readonly testedMs?: number;
}

function report(contract: Contract, options: Options = {}): FidelityReport {
  const { protocols = standardProtocols, speaks, testedMs = 60_000 } = options;
  const service = { name: "s", contract, contractFile: "s", speaks };
  return reportFidelity([service], { protocols, clock, testedMs });
}

/** `rest+xml request L2 control-characters`. */
function told({ findings }: FidelityReport): readonly string[] {
  return findings.map(
    ({ face, direction, grade, code }) => `${face} ${direction} ${grade} ${code}`,
  );
}

function both(...losses: readonly string[]): readonly string[] {
  return ["rest+xml", "soap"].flatMap((face) => losses.map((loss) => `${face} ${loss}`));
}

const properties = (of: Record<string, object>, required: readonly string[] = []) => ({
  type: "object",
  properties: of,
  required,
  additionalProperties: false,
});
const number = { type: "integer", format: "int64" };

test("what all dialects can carry is L0 everywhere, and tested where it is translated", () => {
  const found = report(openApi(properties({ a: number, b: { type: "boolean" } }, ["a"])));
  assert.deepEqual(found.findings, []);
  assert.deepEqual(
    found.operations.map(({ face, evidence }) => [face, evidence]),
    [
      ["rest+json", "passed"],
      ["rest+xml", "tested"],
      ["soap", "tested"],
      ["grpc", "tested"],
    ],
  );
});

test("text that XML cannot hold is told of the faces in XML, in both directions", () => {
  const found = report(openApi(properties({ a: { type: "string" } })));
  assert.deepEqual(
    told(found),
    both("request L2 control-characters", "answer L2 control-characters"),
  );
  const [first] = found.findings;
  assert.match(first?.message ?? "", /^\/a holds/);
  assert.equal(first?.source?.file.endsWith("s.openapi.json"), true);
});

test("no list and an empty one are found to be one in XML, with an example", () => {
  const found = report(openApi(properties({ a: { type: "array", items: number } })));
  assert.deepEqual(told(found), both("request L2 states-merged", "answer L2 states-merged"));
  assert.deepEqual(found.findings[0]?.example, { before: "absent", after: "[]" });
});

test("a list with an element round it tells none from an empty one", () => {
  const xml = { wrapped: true };
  const found = report(openApi(properties({ a: { type: "array", items: number, xml } })));
  assert.deepEqual(told(found), []);
});

test("XML Schema knows no list that is there and empty, so nothing is lost of a WSDL's", () => {
  const found = report(
    contractOf("s.wsdl", billingWsdl.replace('name="scan"', 'name="scan" maxOccurs="9"')),
  );
  assert.equal(
    found.findings.some(({ code, face }) => code === "states-merged" && face !== "grpc"),
    false,
  );
});

test("of several successes SOAP and gRPC lose which one it was, unless the body tells", () => {
  const content = (of: object) => ({
    "application/json": { schema: properties({ a: of }, ["a"]) },
  });
  const contract = (responses: object): Contract =>
    contractOf(
      "s.openapi.json",
      JSON.stringify({
        openapi: "3.1.0",
        info: { title: "s", version: "1" },
        paths: { "/a": { post: { operationId: "put", responses } } },
      }),
    );
  const done = { description: "", content: content(number) };
  const alike = report(contract({ 200: done, 201: done }));
  assert.deepEqual(told(alike), ["soap answer L2 success-status", "grpc answer L2 success-status"]);
  const later = { description: "", content: content({ type: "boolean" }) };
  const distinct = report(contract({ 200: done, 202: later, 204: { description: "" } }));
  assert.deepEqual(told(distinct), []);
  assert.equal(
    distinct.operations.every(
      ({ face, evidence }) => face === "rest+json" || evidence === "tested",
    ),
    true,
  );
});

test("types that derive by allOf stand in for their base everywhere but in gRPC", () => {
  const base = { $ref: "#/components/schemas/Pet" };
  const content = { "application/json": { schema: base } };
  const responses = { 200: { description: "", content } };
  const post = { operationId: "put", requestBody: { required: true, content }, responses };
  const more = properties({ bark: { type: "boolean" } }, ["bark"]);
  const schemas = { Pet: properties({ a: number }), Dog: { allOf: [base, more] } };
  const document = {
    openapi: "3.1.0",
    info: {},
    paths: { "/a": { post } },
    components: { schemas },
  };
  const found = report(contractOf("s.openapi.json", JSON.stringify(document)));
  assert.deepEqual(told(found), ["grpc request L2 value-refused", "grpc answer L2 value-refused"]);
});

test("a union by shape may be misread on the side that is JSON", () => {
  const [one, other] = ["b", "c"].map((name) =>
    properties({ a: number, [name]: number }, ["a", name]),
  );
  const union = { oneOf: [one, other] };
  const found = report(openApi(properties({ u: union })));
  assert.deepEqual(told(found), [
    ...both("answer L2 untagged-union"),
    "grpc answer L2 untagged-union",
  ]);
});

test("a service in XML alone loses nothing in JSON", () => {
  const found = report(openApi(properties({ a: number }), "application/xml"));
  assert.deepEqual(found.findings, []);
  assert.deepEqual(
    found.operations.map(({ face, evidence }) => [face, evidence]),
    [
      ["rest+json", "tested"],
      ["rest+xml", "passed"],
      ["soap", "tested"],
      ["grpc", "tested"],
    ],
  );
});

test("an operation that a form leaves out is not offered there, and withheld from all", () => {
  const protocols = standardProtocols.map((protocol): Protocol => {
    const forms = protocol.forms?.map((form) => ({
      ...form,
      narrow: (contract: Contract) => ({ ...contract, operations: [] }),
      isNative: () => false,
    }));
    return protocol.name === "soap" && forms !== undefined ? { ...protocol, forms } : protocol;
  });
  const found = report(openApi(properties({ a: number })), { protocols });
  assert.deepEqual(told(found), ["soap request L3 not-offered", "soap answer L3 not-offered"]);
  assert.deepEqual(
    found.withheld.map(({ dialect, operation }) => `${dialect} ${operation}`),
    ["soap put"],
  );
});

test("when the time is up, grades are by types alone, and the report says so", () => {
  const found = report(openApi(properties({ a: { type: "string" } })), { testedMs: 0 });
  assert.equal(found.cutByTime, 1);
  assert.deepEqual(
    found.operations.map(({ evidence }) => evidence),
    ["passed", "untested", "untested", "untested"],
  );
  assert.ok(told(found).includes("soap request L2 control-characters"));
});

/** The protocols with a face of SOAP that is spoilt. */
function withSoapFace(spoil: (face: Face) => Face): readonly Protocol[] {
  return standardProtocols.map((protocol) => {
    const { name, createFace } = protocol;
    if (name !== "soap" || createFace === undefined) return protocol;
    return { ...protocol, createFace: (service) => spoil(createFace(service)) };
  });
}

test("a codec that changes a value is found out", () => {
  const protocols = withSoapFace((face) => ({
    encode: (reply, context) =>
      face.encode(reply.kind === "answer" ? { ...reply, output: {} } : reply, context),
    decode: (request) => {
      const decoded = face.decode(request);
      if (decoded.kind !== "call") return decoded;
      return { ...decoded, call: { ...decoded.call, input: { a: "1" } } };
    },
  }));
  const found = report(openApi(properties({ a: number }, ["a"])), { protocols });
  assert.deepEqual(told(found), ["soap request L2 value-changed", "soap answer L3 never-carried"]);
  assert.deepEqual(found.findings[0]?.example, { before: '"42"', after: '"1"' });
});

test("an operation that a face never carries is withheld there, with the finding", () => {
  const protocols = withSoapFace((face) => ({
    ...face,
    decode: () => {
      throw new Error("no codec for this");
    },
  }));
  const { findings, withheld } = report(openApi(properties({ a: number })), { protocols });
  assert.deepEqual(
    findings.map(({ code, face, grade }) => [code, face, grade]),
    [["never-carried", "soap", "L3"]],
  );
  assert.equal(withheld.length, 1);
  assert.equal(withheld[0]?.dialect, "soap");
  assert.match(withheld[0]?.reason ?? "", /^s\.put: never-carried: .*no codec for this/);
});

test("a call of a withheld operation gets a fault of the dialect that cites the finding", () => {
  const contract = openApi(properties({ a: number }));
  const [operation] = contract.operations;
  assert.ok(operation);
  // The contract has no text.
  const withFaces = standardProtocols.filter(
    ({ name, createFace }) => createFace !== undefined && name !== "text",
  );
  assert.deepEqual(withFaces.map(({ name }) => name).toSorted(), ["grpc", "rest", "soap"]);
  for (const { name, createFace, createUpstream } of withFaces) {
    const service = { serviceName: "s", contract };
    const whole = createFace?.(service);
    const call: Call = { operation, input: { a: "1" }, headers: {} };
    const sent: UpstreamRequest | Fault | undefined = createUpstream?.(service).encode(call);
    assert.ok(whole && sent?.kind === "request", name);
    const { method, target, body } = sent;
    const fields = new Map(sent.fields.map(([key, value]) => [key.toLowerCase(), value]));
    const face = withholdOperations(whole, new Map([["put", "s.put: never-carried"]]));
    const path = target === "" ? "/" : target;
    const field = (key: string) => fields.get(key);
    const decoded = face.decode({ method, path, query: "", field, body });
    assert.ok(decoded.kind === "fault", name);
    const { negotiated, fault } = decoded;
    const answer = face.encode(fault, { operation, exchangeId: "e", negotiated });
    const lines = new Map(answer.fields);
    if (name === "grpc") {
      assert.deepEqual([answer.status, lines.get("grpc-status")], [200, "12"]);
      assert.match(lines.get("grpc-message") ?? "", /s\.put: never-carried/);
      continue;
    }
    assert.equal(answer.status, name === "soap" ? 500 : 501);
    assert.match(answer.body.toString(), /s\.put: never-carried/);
    assert.match(answer.body.toString(), /operation-not-offered/);
  }
});

test("the sample estate's WSDL is exact in SOAP, in XML and in JSON", () => {
  const file = "examples/estate/billing/billing.wsdl";
  const { contract } = importContract(file, nodePlatform.files, new Set());
  assert.ok(contract);
  const found = report(contract);
  // Nothing tells null from absent in Protocol Buffers.
  const inGrpc = ["request", ...Array<string>(4).fill("answer")];
  assert.deepEqual(
    told(found),
    inGrpc.map((direction) => `grpc ${direction} L2 states-merged`),
  );
  assert.ok(found.operations.every(({ evidence }) => evidence !== "untested"));
});

test("more loss than a service allows is one error for each face, the worst loss first", () => {
  const found = report(openApi(properties({ a: { type: "string" } })));
  const limited = (maxLoss: "L1" | "L2") => [fixtureService("s", [], { maxLoss })];
  const errors = checkLosses(found, limited("L1"), undefined);
  assert.deepEqual(
    errors.map(({ code, severity }) => [code, severity]),
    [
      ["loss-too-large", "error"],
      ["loss-too-large", "error"],
    ],
  );
  assert.match(errors[0]?.message ?? "", /1 of 1 operations of s lose more as rest\+xml than/);
  assert.deepEqual(checkLosses(found, limited("L2"), undefined), []);
  assert.deepEqual(checkLosses(found, [fixtureService("s", [])], undefined), []);
  assert.equal(checkLosses(found, limited("L2"), "L0").length, 2);
});

const described: readonly (readonly [string, string])[] = [
  [
    "s.graphql",
    "type Query { book(id: ID!): Book } type Book { id: ID!, pages: Int!, tags: [String!] }",
  ],
  [
    "s.openrpc.json",
    JSON.stringify({
      openrpc: "1.3.2",
      info: { title: "s", version: "1" },
      methods: [
        {
          name: "put",
          params: [{ name: "a", required: true, schema: number }],
          result: { name: "r", schema: properties({ b: { type: "string" } }, ["b"]) },
        },
      ],
    }),
  ],
  [
    "s.tools.json",
    JSON.stringify({
      tools: [
        {
          name: "put",
          inputSchema: properties({ a: number }, ["a"]),
          outputSchema: properties({ b: { type: "string" } }, ["b"]),
        },
      ],
    }),
  ],
];

for (const [file, text] of described) {
  test(`callers of a service of ${file} are graded by messages that went through`, () => {
    const found = report(contractOf(file, text));
    assert.deepEqual(
      found.operations.map(({ face, evidence }) => [face, evidence]),
      ["rest+json", "rest+xml", "soap", "grpc"].map((face) => [face, "tested"]),
    );
    // A string of such a service may hold what XML cannot.
    const xml = told(found).filter((one) => one.endsWith("control-characters"));
    assert.ok(xml.includes("soap answer L2 control-characters"), told(found).join("\n"));
  });
}

test("an address narrower than its fields is offered, and that it refuses others is told", () => {
  const contract = contractOf(
    "s.proto",
    `syntax = "proto3"; import "google/api/annotations.proto";
service S {
  rpc Get(Ask) returns (Ask) { option (google.api.http) = { get: "/v1/{name=shelves/*}" }; }
  rpc Rate(Ask) returns (Ask) { option (google.api.http) = { put: "/v1/{book.kind}" body: "*" }; }
}
message Ask { string name = 1; Book book = 2; }
message Book { enum Kind { NONE = 0; NOVEL = 1; } Kind kind = 1; }
`,
  );
  for (const speaks of ["grpc", "rest"] as const) {
    const { withheld, findings } = report(contract, { speaks });
    assert.deepEqual(withheld, []);
    const narrow = findings.filter(({ face, operation }) => {
      return face === "rest+json" && operation === "Get";
    });
    assert.deepEqual(
      narrow.map(({ direction, grade, code }) => [direction, grade, code]),
      speaks === "rest" ? [] : [["request", "L2", "value-refused"]],
    );
    if (speaks === "grpc") assert.match(narrow[0]?.message ?? "", /expected `shelves\/\*`/);
  }
});
