/**
 * How long a public API's .proto files take to load, and how much memory: 1,000 files, each imports
 * the one before it and ten others; nested messages, maps, oneofs and custom options. Loaded as a
 * configuration that names the first of them. `node bench/micro/proto-files.ts [--tiny]`
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkConfiguration } from "#app/check-configuration.ts";
import { nodePlatform } from "#base/platform.ts";

const head = `import "google/protobuf/descriptor.proto";
import "google/protobuf/timestamp.proto";
import "google/api/annotations.proto";
`;

const options = `syntax = "proto3";
package api.options;
import "google/protobuf/descriptor.proto";
message Rule { string name = 1; repeated string roles = 2; map<string, int32> limits = 3; }
extend google.protobuf.FieldOptions { Rule rule = 50001; bool secret = 50002; }
extend google.protobuf.MethodOptions { repeated Rule rules = 50003; }
`;

/** Imports reach as deep as there are files. */
function fileText(index: number, count: number): string {
  const others = [index + 1, ...Array.from({ length: 10 }, (_, at) => index + (at + 1) * 37)];
  const imported = [...new Set(others)].filter((one) => one < count);
  const imports = imported.map((one) => `import "api/v1/${folderOf(one)}/part${one}.proto";`);
  const uses = imported.map((one, at) => {
    const type = `api.v1.Part${one}${at % 3 === 1 ? ".Line" : ""}`;
    return `  ${at % 2 === 0 ? "repeated " : ""}${type} part${one} = ${at + 20};`;
  });
  return `syntax = "proto3";
package api.v1;
${head}import "api/options.proto";
${imports.join("\n")}

// What part ${index} is about: one of many.
service Service${index} {
  // Looks one up.
  rpc Get${index}(Get${index}Request) returns (Part${index}) {
    option (google.api.http) = { get: "/v1/parts${index}/{id}" };
    option (api.options.rules) = { name: "reader" roles: ["a", "b"] };
  }
  rpc Put${index}(Part${index}) returns (Part${index}) {
    option (google.api.http) = { put: "/v1/parts${index}/{id}" body: "*" };
  }
}
message Get${index}Request { int64 id = 1; repeated string fields = 2; }
// A part.
message Part${index} {
  int64 id = 1 [(api.options.rule) = { name: "id" roles: "x" }];
  string name = 2 [(api.options.secret) = true, json_name = "title"];
  map<string, Line> lines = 3;
  map<int32, Kind> kinds = 4;
  google.protobuf.Timestamp at = 5;
  oneof target { string street = 6; Line line = 7; Kind kind = 8; }
  optional double weight = 9;
  message Line {
    string sku = 1;
    uint32 count = 2;
    Inner inner = 3;
    message Inner { bytes raw = 1; repeated sint64 numbers = 2; }
  }
  enum Kind { KIND_UNSPECIFIED = 0; PLAIN = 1; RUSH = 2; }
${uses.join("\n")}
}
`;
}

function folderOf(index: number): string {
  return `group${Math.floor(index / 50)}`;
}

const { values } = parseArgs({ options: { tiny: { type: "boolean", default: false } } });
const count = values.tiny ? 20 : 1_000;
const folder = mkdtempSync(join(tmpdir(), "parlance-bench-"));
try {
  for (let index = 0; index < count; index++) {
    const place = join(folder, "api/v1", folderOf(index));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `part${index}.proto`), fileText(index, count));
  }
  writeFileSync(join(folder, "api/options.proto"), options);
  const path = join(folder, "parlance.yaml");
  const contract = `api/v1/${folderOf(0)}/part0.proto`;
  const service = `  api: { contract: ${contract}, instances: ["http://127.0.0.1:1"] }`;
  writeFileSync(path, `version: 1\ncallers: open\nservices:\n${service}\n`);
  const before = performance.now();
  const cpuBefore = process.cpuUsage();
  const { revision, diagnostics, filesRead } = await checkConfiguration(
    { path },
    nodePlatform.files,
    () => undefined,
  );
  const seconds = (performance.now() - before) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  const found = revision?.contracts.get("api");
  if (found === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  const megabytes = process.resourceUsage().maxRSS / 1_024;
  console.log(`${count} files, ${found.types.size} types, ${filesRead.length} paths tried`);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const times = `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU`;
  console.log(`${times}, ${megabytes.toFixed(0)} MB at most`);
} finally {
  rmSync(folder, { recursive: true });
}
