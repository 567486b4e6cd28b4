/** `parlance check` on files of all kinds. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createFolder } from "./run-parlance.ts";

const fine = `version: 1
services:
  orders: { instances: ["http://127.0.0.1:9101"] }
callers:
  shop: { key: "\${SHOP_KEY}", may: ["orders.*"] }
`;
const env = { SHOP_KEY: "0123456789abcdef" };

test("a fine file is counted, named by its revision and ends with 0", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", fine);
  const { code, out, err } = folder.parlance(["check"], env);
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.match(
    out,
    /^parlance\.yaml: nothing to report; 1 service, 1 route, 1 caller, revision [0-9a-f]{16}\n$/,
  );
});

test("errors stand on lines that editors can follow, and end with 1", () => {
  using folder = createFolder();
  folder.write("sub/my.yaml", fine.replace("instances", "instanses"));
  for (const args of [["sub/my.yaml"], ["--config", "sub/my.yaml"]]) {
    const { code, out } = folder.parlance(["check", ...args], {});
    assert.equal(code, 1);
    assert.deepEqual(out.split("\n"), [
      "sub/my.yaml:3:13: error unknown-key: unknown key `instanses` in `services.orders` (did you mean `instances`?)",
      "sub/my.yaml:5:17: error missing-variable: environment variable `SHOP_KEY` is not set (set it, or write `${SHOP_KEY:-default}`)",
      "sub/my.yaml: 2 errors",
      "",
    ]);
  }
});

test("--json gives the diagnostics with their places", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", `${fine}log: { levle: info }\n`);
  const { code, out } = folder.parlance(["check", "--json"], env);
  assert.equal(code, 1);
  assert.deepEqual(JSON.parse(out), {
    file: "parlance.yaml",
    isFine: false,
    diagnostics: [
      {
        code: "unknown-key",
        severity: "error",
        message: "unknown key `levle` in `log`",
        source: { file: "parlance.yaml", line: 6, column: 8 },
        suggestion: "did you mean `level`?",
      },
    ],
  });
});

test("warnings are findings with --strict only", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", fine.replace("orders.*", "ordres.*"));
  const lenient = folder.parlance(["check"], env);
  assert.equal(lenient.code, 0);
  assert.match(lenient.out, /:5:37: warning unknown-grant: .*did you mean `orders\.\*`\?/);
  assert.equal(folder.parlance(["check", "--strict"], env).code, 1);
});

test("routes that can never be chosen are found across services", () => {
  using folder = createFolder();
  folder.write(
    "parlance.yaml",
    `version: 1
callers: open
services:
  a: { instances: ["http://127.0.0.1:1"], routes: [{ id: r, path: /x }] }
  b: { instances: ["http://127.0.0.1:2"], routes: [{ id: r, path: /x }] }
`,
  );
  const { code, out } = folder.parlance(["check"]);
  assert.equal(code, 1);
  assert.match(out, /^parlance\.yaml:5:\d+: error route-duplicate: route b\.r \(\/x\) can never/m);
});

test("a file that cannot be read ends with 3", () => {
  using folder = createFolder();
  const missing = folder.parlance(["check"]);
  assert.equal(missing.code, 3);
  assert.match(missing.out, /^parlance\.yaml:1:1: error unreadable-configuration: .*no such file/);
  const asFolder = folder.parlance(["check", "."]);
  assert.equal(asFolder.code, 3);
  assert.match(asFolder.out, /it is a folder/);
});

const contract = `openapi: 3.1.0
info: { title: notes, version: "1" }
paths:
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } } }
      responses: { 204: { description: kept } }
components:
  schemas:
    Note: { type: object, additionalProperties: false, properties: { text: { type: string } } }
`;
const withContract = `version: 1
services:
  notes: { contract: notes.yaml, instances: ["http://127.0.0.1:9101"] }
callers: open
`;

test("what other dialects lose of a contract is counted by face and named", () => {
  using folder = createFolder();
  folder.write("notes.yaml", contract);
  folder.write("parlance.yaml", withContract);
  const { code, out } = folder.parlance(["check"], {});
  assert.equal(code, 0);
  assert.deepEqual(out.split("\n").slice(1, 7), [
    "service  face       L0  L1  L2  L3  untested",
    "notes    rest+json   1   .   .   .         .",
    "notes    rest+xml    .   .   1   .         .",
    "notes    soap        .   .   1   .         .",
    "notes    grpc        1   .   .   .         .",
    "L2 control-characters: notes as rest+xml, request: addNote: /text holds text that may have " +
      "control characters; give the text a pattern that leaves them out, or carry it as bytes",
  ]);
});

test("--json gives every finding with its place in the contract", () => {
  using folder = createFolder();
  folder.write("notes.yaml", contract);
  folder.write("parlance.yaml", withContract);
  const { out } = folder.parlance(["check", "--json"], {});
  const { fidelity } = JSON.parse(out) as { fidelity: { findings: Record<string, unknown>[] } };
  const [finding] = fidelity.findings;
  assert.deepEqual(Object.keys(finding ?? {}).toSorted(), [
    ..."code direction example face grade knob message operation rule service severity".split(" "),
    "source",
  ]);
  assert.deepEqual(Object.entries(finding?.["source"] ?? {}).slice(1, 2), [["line", 5]]);
});

test("--max-loss and maxLoss fail a configuration whose contracts lose more", () => {
  using folder = createFolder();
  folder.write("notes.yaml", contract);
  folder.write("parlance.yaml", withContract);
  assert.equal(folder.parlance(["check", "--max-loss", "L2"], {}).code, 0);
  const { code, out } = folder.parlance(["check", "--max-loss", "L1"], {});
  assert.equal(code, 1);
  assert.match(
    out,
    /error loss-too-large: 1 of 1 operations of notes lose more as soap than maxLoss L1/,
  );
  folder.write("parlance.yaml", withContract.replace("notes.yaml,", "notes.yaml, maxLoss: L1,"));
  assert.equal(folder.parlance(["check"], {}).code, 1);
  const wrong = folder.parlance(["check", "--max-loss", "L9"], {});
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--max-loss is "L9"; expected L0, L1, L2, L3/);
});

test("--write-lock keeps names, and later checks tell what is not as it was locked", () => {
  using folder = createFolder();
  folder.write("notes.yaml", contract);
  folder.write("parlance.yaml", withContract);
  const first = folder.parlance(["check", "--write-lock"], {});
  assert.equal(first.code, 0);
  assert.match(first.out, /^wrote .*parlance\.lock$/m);
  const { out: quiet } = folder.parlance(["check"], {});
  assert.doesNotMatch(quiet, /lock-/);
  folder.write("notes.yaml", contract.replace("post:", "put:"));
  const { code, out } = folder.parlance(["check", "--strict"], {});
  assert.equal(code, 1);
  assert.match(
    out,
    /notes\.yaml:5:\d+: warning lock-replaced: notes: the operation addNote stands for something else; it was POST \/notes, and is PUT \/notes \(/,
  );
  assert.doesNotMatch(folder.parlance(["check", "--write-lock"], {}).out, /lock-replaced/);
  assert.doesNotMatch(folder.parlance(["check"], {}).out, /lock-/);
  folder.write("parlance.lock", "{}");
  const broken = folder.parlance(["check"], {});
  assert.equal(broken.code, 1);
  assert.match(broken.out, /error lock-malformed: this is no lock file; expected JSON/);
});

test("a lock that is there and cannot be read, or not be written, is told as such", () => {
  using folder = createFolder();
  folder.write("notes.yaml", contract);
  folder.write("parlance.yaml", withContract);
  const lock = join(folder.path, "parlance.lock");
  mkdirSync(lock);
  const { code, out } = folder.parlance(["check", "--write-lock"], {});
  assert.equal(code, 1);
  assert.match(out, /error lock-unreadable: the lock is there and cannot be read: it is a folder/);
  rmdirSync(lock);
  // Nobody may write there, not even root.
  symlinkSync("/nowhere/at/all", lock);
  const unwritten = folder.parlance(["check", "--write-lock"], {});
  assert.equal(unwritten.code, 3);
  assert.match(unwritten.err, /parlance\.lock cannot be written: .* \(lock-not-written\)/);
});

test("a gRPC contract with a oneof that did not change is as its lock has it", () => {
  using folder = createFolder();
  folder.write(
    "notes.proto",
    `syntax = "proto3";
package notes;
message Note { string id = 1; oneof owner { string person = 2; string team = 3; } }
service Notes { rpc Keep(Note) returns (Note); }
`,
  );
  folder.write("parlance.yaml", withContract.replace("notes.yaml", "notes.proto"));
  assert.equal(folder.parlance(["check", "--write-lock"], {}).code, 0);
  const lock = readFileSync(join(folder.path, "parlance.lock"), "utf8");
  assert.match(lock, /"notes\.Note\/owner": \{\s+"person": "2 person",\s+"team": "3 team"/);
  assert.doesNotMatch(folder.parlance(["check"], {}).out, /lock-/);
  folder.parlance(["check", "--write-lock"], {});
  assert.equal(readFileSync(join(folder.path, "parlance.lock"), "utf8"), lock);
});

const methods = (lines: string) => `syntax = "proto3";
package notes;
message Id { string id = 1; }
message Note { string id = 1; string text = 2; }
service Notes {
${lines}
}
`;

test("methods of gRPC that break their callers are told under a lock, with place and remedy", () => {
  using folder = createFolder();
  const before = "  rpc Keep(Note) returns (Id);\n  rpc Read(Id) returns (Note);";
  folder.write("notes.proto", methods(before));
  folder.write("parlance.yaml", withContract.replace("notes.yaml", "notes.proto"));
  assert.equal(folder.parlance(["check", "--write-lock"], {}).code, 0);
  const lock = readFileSync(join(folder.path, "parlance.lock"), "utf8");
  folder.write(
    "notes.proto",
    methods("  rpc Store(Note) returns (Id);\n  rpc Read(Note) returns (stream Note);"),
  );
  const { code, out } = folder.parlance(["check", "--strict"], {});
  assert.equal(code, 1);
  const told = out.split("\n").filter((line) => line.includes("lock-"));
  const remedy =
    " (callers may know it as it was: offer that beside what is new until none does; " +
    "`parlance check --write-lock` takes it over)";
  const place = /^.*\/(?=[^/]*: (?:info|warning) )/;
  assert.deepEqual(
    told.map((line) => line.replace(place, "")),
    [
      "notes.proto:6:3: info lock-added: notes: the operation Store is not locked " +
        "(`parlance check --write-lock` takes it over)",
      "parlance.lock:6:9: warning lock-gone: notes: the locked operation Keep is gone; " +
        "it was notes.Notes/Keep; perhaps it is Store now, which takes and answers the same" +
        remedy,
      "notes.proto:7:3: warning lock-changed: notes: the operation Read is server-stream; " +
        `it was unary${remedy}`,
      "notes.proto:7:3: warning lock-changed: notes: the operation Read takes notes.Note; " +
        `it took notes.Id${remedy}`,
    ],
  );
  assert.match(folder.parlance(["check", "--write-lock"], {}).out, /^wrote/m);
  assert.doesNotMatch(folder.parlance(["check", "--strict"], {}).out, /lock-/);
  // As locks were before they kept how operations are called.
  const { services } = JSON.parse(lock) as { services: { notes: Record<string, unknown> } };
  const { terms, ...older } = services.notes;
  assert.ok(terms);
  const text = JSON.stringify({ version: 1, services: { notes: { ...older, operations: {} } } });
  folder.write("parlance.lock", text);
  const { out: quiet } = folder.parlance(["check"], {});
  assert.match(quiet, /info lock-older: notes: .*\(`parlance check --write-lock` adds it\)/);
  assert.doesNotMatch(quiet, /warning/);
});

test("an RPC keeps its name in describe --as proto when the source calls the operation otherwise", () => {
  using folder = createFolder();
  folder.write("notes.yaml", contract);
  folder.write("parlance.yaml", withContract);
  folder.parlance(["check", "--write-lock"], {});
  const described = () => folder.parlance(["describe", "notes", "--as", "proto"], {}).out;
  const before = described();
  assert.match(before, /rpc AddNote\(/);
  folder.write("notes.yaml", contract.replace("addNote", "storeNote"));
  assert.equal(described(), before);
});
