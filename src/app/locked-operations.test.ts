/** Operations of contracts of files under a lock: which one each is, and how it is called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "#contract/contract.ts";
import { operationsByGrpcPath } from "#contract/grpc-names.ts";
import { importContract } from "./import-contracts.ts";
import { lockContracts, lockTextOf } from "./locked-contracts.ts";

function imported(text: string): Contract {
  const files = {
    readUpTo(path: string) {
      if (path !== "/c/contract") throw new Error("no such file");
      return Buffer.from(text);
    },
  };
  const { contract, diagnostics } = importContract("/c/contract", files, new Set());
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  assert.ok(contract);
  return contract;
}

function lockOf(text: string, previous?: string): string {
  return lockTextOf(new Map([["pets", imported(text)]]), previous);
}

/** `warning lock-gone /c/parlance.lock:7:9 pets: ...`. */
function underLock(text: string, lock: string) {
  const files = { readUpTo: () => Buffer.from(lock) };
  const contracts = new Map([["pets", imported(text)]]);
  const named = lockContracts(contracts, "/c/parlance.yaml", files);
  const contract = named.contracts.get("pets");
  assert.ok(contract);
  const told = named.diagnostics.map(({ severity, code, message, source }) => {
    return `${severity} ${code} ${source?.file}:${source?.line} ${message}`;
  });
  return { contract, told };
}

const method = "  rpc Get(Id) returns (Pet);";
const proto = (methods: string, more = "") => `syntax = "proto3";
package shop;
import "google/api/annotations.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/duration.proto";
message Id { string id = 1; }
message Key { string id = 1; }
message Pet { string id = 1; string name = 2; }
service Pets {
${methods}
}
${more}`;

interface Change {
  readonly name: string;
  readonly before?: string;
  readonly after: string;
  readonly told: readonly string[];
}

const changes: readonly Change[] = [
  { name: "nothing", after: method, told: [] },
  {
    name: "another order, and comments",
    before: `${method}\n  rpc Put(Pet) returns (Id);`,
    after: `  // Puts.\n  rpc Put(Pet) returns (Id);\n${method}`,
    told: [],
  },
  {
    name: "another method",
    after: `${method}\n  rpc Put(Pet) returns (Id);`,
    told: ["info lock-added /c/contract:11 pets: the operation Put is not locked"],
  },
  {
    name: "a renamed method",
    after: "  rpc Fetch(Id) returns (Pet);",
    told: [
      "info lock-added /c/contract:10 pets: the operation Fetch is not locked",
      "warning lock-gone /c/parlance.lock:6 pets: the locked operation Get is gone; " +
        "it was shop.Pets/Get; perhaps it is Fetch now, which takes and answers the same",
    ],
  },
  {
    name: "a method that is gone where two may be it",
    after: "  rpc Find(Id) returns (Pet);\n  rpc Fetch(Id) returns (Pet);",
    told: [
      "info lock-added /c/contract:10 pets: the operation Find is not locked",
      "info lock-added /c/contract:11 pets: the operation Fetch is not locked",
      "warning lock-gone /c/parlance.lock:6 pets: the locked operation Get is gone; " +
        "it was shop.Pets/Get",
    ],
  },
  {
    name: "a method that is gone, its message with it",
    before: `${method}\n  rpc Drop(Key) returns (Id);`,
    after: method,
    told: [
      "warning lock-gone /c/parlance.lock:25 pets: the locked type shop.Key is gone; " +
        "it was shop.Key",
      "warning lock-gone /c/parlance.lock:6 pets: the locked operation Drop is gone; " +
        "it was shop.Pets/Drop",
    ],
  },
  {
    name: "another message that is taken",
    before: `${method}\n  rpc Drop(Key) returns (Id);`,
    after: "  rpc Get(Key) returns (Pet);\n  rpc Drop(Key) returns (Id);",
    told: [
      "warning lock-changed /c/contract:10 pets: the operation Get takes shop.Key; it took shop.Id",
    ],
  },
  {
    name: "another message that is answered",
    after: "  rpc Get(Id) returns (Id);",
    told: [
      "warning lock-changed /c/contract:10 pets: the operation Get answers shop.Id; it answered shop.Pet",
      "warning lock-gone /c/parlance.lock:18 pets: the locked type shop.Pet is gone; it was shop.Pet",
    ],
  },
  {
    name: "messages of google.protobuf, which have no name in the contract",
    before: `${method}
  rpc Run(google.protobuf.UInt64Value) returns (google.protobuf.Duration);`,
    after: `${method}\n  rpc Run(google.protobuf.Int64Value) returns (Id);`,
    told: [
      "warning lock-changed /c/contract:11 pets: the operation Run answers shop.Id; " +
        "it answered {int64 seconds, int32 nanos}",
      "warning lock-changed /c/contract:11 pets: the operation Run takes {int64 value}; " +
        "it took {uint64 value}",
    ],
  },
  {
    name: "a method that may not be repeated any more",
    before: "  rpc Get(Id) returns (Pet) { option idempotency_level = NO_SIDE_EFFECTS; }",
    after: "  rpc Get(Id) returns (Pet) { option idempotency_level = IDEMPOTENT; }",
    told: [
      "warning lock-changed /c/contract:10 pets: the operation Get is idempotent; " +
        "it was safe, and callers may rely on that",
    ],
  },
  {
    name: "a method that may be repeated now",
    after: "  rpc Get(Id) returns (Pet) { option idempotency_level = IDEMPOTENT; }",
    told: [],
  },
  {
    name: "other names of variables in the address of a method",
    before: '  rpc Get(Pet) returns (Pet) { option (google.api.http) = { get: "/v1/{id}" }; }',
    after: '  rpc Get(Pet) returns (Pet) { option (google.api.http) = { get: "/v1/{name}" }; }',
    told: [],
  },
  {
    name: "an address of a method that is gone",
    before:
      '  rpc Get(Id) returns (Pet) { option (google.api.http) = { get: "/v1/{id}" ' +
      'additional_bindings { get: "/v2/{id}" } }; }',
    after: '  rpc Get(Id) returns (Pet) { option (google.api.http) = { get: "/v2/{id}" }; }',
    told: [
      "warning lock-changed /c/contract:10 pets: the operation Get is no longer at " +
        "GET /v1/{id}; it is at GET /v2/{id}",
    ],
  },
];

for (const { name, before = method, after, told } of changes) {
  test(`a lock tells of a .proto: ${name}`, () => {
    assert.deepEqual(underLock(proto(after), lockOf(proto(before))).told.toSorted(), told);
  });
}

const kinds = {
  unary: "  rpc Get(Id) returns (Pet);",
  "client-stream": "  rpc Get(stream Id) returns (Pet);",
  "server-stream": "  rpc Get(Id) returns (stream Pet);",
  bidi: "  rpc Get(stream Id) returns (stream Pet);",
};

test("a method of each kind of stream that becomes another one is told", () => {
  for (const [before, old] of Object.entries(kinds)) {
    const lock = lockOf(proto(old));
    for (const [after, fresh] of Object.entries(kinds)) {
      const expected =
        after === before
          ? []
          : [
              "warning lock-changed /c/contract:10 pets: the operation Get is " +
                `${after}; it was ${before}`,
            ];
      assert.deepEqual(underLock(proto(fresh), lock).told, expected);
    }
  }
});

test("an operation keeps its name when another service has a method of that name", () => {
  const other = "service Shops { rpc Get(Id) returns (Pet); }";
  const { contract, told } = underLock(proto(method, other), lockOf(proto(method)));
  assert.deepEqual(
    contract.operations.map(({ id, grpc }) => [id, grpc?.service]),
    [
      ["Get", "shop.Pets"],
      ["Shops_Get", "shop.Shops"],
    ],
  );
  assert.deepEqual(told, [
    "info lock-kept /c/contract:10 pets: the operation Get keeps its name; " +
      "the source makes it Pets_Get",
    "info lock-added /c/contract:10 pets: the operation Shops_Get is not locked",
  ]);
});

test("a method of another service under the same name stands for something else", () => {
  const { told } = underLock(proto(method).replace("Pets", "Shops"), lockOf(proto(method)));
  assert.deepEqual(told, [
    "warning lock-replaced /c/contract:10 pets: the operation Get stands for something else; " +
      "it was shop.Pets/Get, and is shop.Shops/Get",
  ]);
});

test("messages of gRPC keep their names, whatever shape another one has", () => {
  const lock = lockOf(proto(method));
  const grown = proto(method, "message Old { string id = 1; string name = 2; }")
    .replace("name = 2; }", "name = 2; Old old = 3; }")
    .replace("message Id", "message Identity")
    .replace("(Id)", "(Identity)");
  const { contract, told } = underLock(grown, lock);
  assert.deepEqual([...contract.types.keys()], ["shop.Identity", "shop.Pet", "shop.Old"]);
  assert.ok(
    told.includes(
      "warning lock-changed /c/contract:10 pets: the operation Get takes shop.Identity; " +
        "it took shop.Id",
    ),
  );
});

/** As it was written before locks knew how operations are called. */
const older = (operations: Record<string, string>, types: Record<string, string>) =>
  JSON.stringify({
    version: 1,
    services: {
      pets: { operations, types, members: { "shop.Id": { id: "1 id" } }, reserved: {} },
    },
  });
const asked =
  "info lock-older /c/parlance.lock:1 pets: the lock does not say how operations are called, " +
  "so that is not compared";

test("a lock without terms raises no alarm, and gets them when it is written anew", () => {
  const shapes = { "shop.Id": "shape:64cafd82672db385", "shop.Pet": "shape:d5ee09deac877fe3" };
  const lock = older({}, shapes);
  const source = proto(`${method}\n  rpc Drop(Key) returns (stream Id);`);
  assert.deepEqual(underLock(source, lock).told, [asked]);
  const fresh = lockOf(source, lock);
  assert.deepEqual(underLock(source, fresh).told, []);
  assert.equal(lockOf(source, fresh), fresh);
});

test("a lock without terms knows a method by its address in REST", () => {
  const source = proto(
    '  rpc Fetch(Id) returns (Pet) { option (google.api.http) = { get: "/v1/{id}" }; }',
  );
  const { contract, told } = underLock(source, older({ Get: "GET /v1/{id}" }, {}));
  assert.equal(contract.operations[0]?.id, "Get");
  assert.deepEqual(told, [
    "info lock-kept /c/contract:10 pets: the operation Get keeps its name; the source makes it Fetch",
    asked,
  ]);
});

const openRpc = (...methods: string[]) =>
  JSON.stringify({
    openrpc: "1.3.2",
    info: { title: "a", version: "1" },
    methods: methods.map((name) => ({ name, params: [], result: { name: "r", schema: true } })),
  });
const tools = (...names: string[]) =>
  JSON.stringify({ tools: names.map((name) => ({ name, inputSchema: { type: "object" } })) });
const text = (...ids: string[]) =>
  `parlance: text/1
name: pets
operations:
${ids.map((id) => `  ${id}: { request: { format: empty }, answer: { format: key-value } }`).join("\n")}
`;
const openApi = (responses: string) => `openapi: 3.1.0
info: { title: a, version: "1" }
paths:
  /pet:
    get:
      operationId: getPet
      responses: { 200: { description: a, content: { ${responses} } } }
components:
  schemas:
    Pet: { type: object, properties: { id: { type: string } } }
    Toy: { type: object, properties: { id: { type: integer } } }
`;
const answer = (type: string, mediaType = "application/json") =>
  `${mediaType}: { schema: { $ref: "#/components/schemas/${type}" } }`;

const dialects: readonly { name: string; before: string; after: string; told: RegExp[] }[] = [
  {
    name: "a method of OpenRPC that is gone",
    before: openRpc("get", "put"),
    after: openRpc("get"),
    told: [/^warning lock-gone \S+ pets: the locked operation put is gone; it was put$/],
  },
  {
    name: "a tool of MCP under another name, of which the operation is the same",
    before: tools("get pet"),
    after: tools("get-pet"),
    told: [/^warning lock-replaced \S+ pets: the operation getPet .* was get pet, and is get-pet$/],
  },
  {
    name: "a field of GraphQL that is gone",
    before: "type Query { pet: String toy: String }",
    after: "type Query { pet: String }",
    told: [/^warning lock-gone \S+ pets: the locked operation toy is gone; it was query toy$/],
  },
  {
    name: "a query of GraphQL that is a subscription",
    before: "type Query { pet: String toy: String }",
    after: "type Query { toy: String } type Subscription { pet: String }",
    told: [
      /lock-replaced .* pet stands .* it was query pet, and is subscription pet$/,
      /lock-changed .* pet is server-stream; it was unary$/,
    ],
  },
  {
    name: "an operation in text that is gone",
    before: text("get", "put"),
    after: text("get"),
    told: [/^warning lock-gone \S+ pets: the locked operation put is gone; it was put$/],
  },
  {
    name: "an operation of REST that answers another schema",
    before: openApi(answer("Pet")),
    after: openApi(answer("Toy")),
    told: [/^warning lock-changed \/c\/contract:5 .* getPet answers Toy; it answered Pet$/],
  },
  {
    name: "an operation of REST that answers a stream",
    before: openApi(answer("Pet")),
    after: openApi(answer("Pet", "application/x-ndjson")),
    told: [/^warning lock-changed \/c\/contract:5 .* getPet is server-stream; it was unary$/],
  },
];

for (const { name, before, after, told } of dialects) {
  test(`a lock tells of ${name}, and of nothing where nothing has changed`, () => {
    const lock = lockOf(before);
    assert.deepEqual(underLock(before, lock).told, []);
    const found = underLock(after, lock).told.filter((one) => one.includes("operation"));
    assert.equal(found.length, told.length, found.join("\n"));
    for (const [index, one] of told.entries()) assert.match(found[index] ?? "", one);
  });
}

test("methods of OpenRPC whose names clash keep those that they have in another order", () => {
  const lock = lockOf(openRpc("pet get", "pet-get"));
  const { contract, told } = underLock(openRpc("pet-get", "pet get"), lock);
  const names = contract.operations.map(({ id, jsonrpc }) => [id, jsonrpc?.method]);
  assert.deepEqual(names, [
    ["petGet2", "pet-get"],
    ["petGet", "pet get"],
  ]);
  assert.deepEqual(
    told.map((one) => one.split(" ")[1]),
    ["lock-kept", "lock-kept"],
  );
});

test("of operations that are one name in gRPC, the same has it in any order, and beside new ones", () => {
  const rpcs = (contract: Contract): string[] =>
    Array.from(operationsByGrpcPath("pets", contract.operations), ([path, { id }]) => {
      return `${path} ${id}`;
    }).toSorted();
  const before = openRpc("pet_get", "petGet", "put");
  const expected = ["/pets.Pets/PetGet pet_get", "/pets.Pets/Put put"];
  assert.deepEqual(rpcs(imported(before)), expected);
  const lock = lockOf(before);
  for (const methods of [
    ["petGet", "pet_get", "put"],
    ["PetGet", "petGet", "put", "pet_get"],
  ]) {
    const { contract, told } = underLock(openRpc(...methods), lock);
    assert.deepEqual(rpcs(contract), expected);
    assert.deepEqual(
      told.filter((one) => !one.includes("lock-added")),
      [],
    );
    assert.deepEqual(underLock(openRpc(...methods), lockOf(before, lock)).contract, contract);
  }
  assert.deepEqual(rpcs(underLock(openRpc("petGet"), lock).contract), ["/pets.Pets/PetGet petGet"]);
});
