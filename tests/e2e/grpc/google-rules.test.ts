/** Rules as Google's own services have them (Pub/Sub, long-running operations, IAM), at load. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { nodePlatform } from "#base/platform.ts";
import { explainRoute } from "#gateway/explain.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";

const rules: Readonly<Record<string, readonly [input: string, rule: string]>> = {
  CreateTopic: ["Topic", 'put: "/v1/{name=projects/*/topics/*}" body: "*"'],
  UpdateTopic: ["UpdateTopicRequest", 'patch: "/v1/{topic.name=projects/*/topics/*}" body: "*"'],
  Publish: ["PublishRequest", 'post: "/v1/{topic=projects/*/topics/*}:publish" body: "*"'],
  GetTopic: ["GetTopicRequest", 'get: "/v1/{topic=projects/*/topics/*}"'],
  ListTopics: ["ListTopicsRequest", 'get: "/v1/{project=projects/*}/topics"'],
  ListTopicSubscriptions: [
    "GetTopicRequest",
    'get: "/v1/{topic=projects/*/topics/*}/subscriptions"',
  ],
  DeleteTopic: ["GetTopicRequest", 'delete: "/v1/{topic=projects/*/topics/*}"'],
  Detach: ["DetachRequest", 'post: "/v1/{subscription=projects/*/subscriptions/*}:detach"'],
  GetIamPolicy: [
    "PolicyRequest",
    `get: "/v1/{resource=projects/*/topics/*}:getIamPolicy"
     additional_bindings { get: "/v1/{resource=projects/*/subscriptions/*}:getIamPolicy" }
     additional_bindings { get: "/v1/{resource=projects/*/snapshots/*}:getIamPolicy" }`,
  ],
  UpdateSnapshot: [
    "UpdateSnapshotRequest",
    'patch: "/v1/{snapshot.name=projects/*/snapshots/*}" body: "snapshot"',
  ],
  ListOperations: ["ListOperationsRequest", 'get: "/v1/{name=operations}"'],
  GetOperation: ["OperationRequest", 'get: "/v1/{name=operations/**}"'],
  DeleteOperation: ["OperationRequest", 'delete: "/v1/{name=operations/**}"'],
  CancelOperation: ["OperationRequest", 'post: "/v1/{name=operations/**}:cancel" body: "*"'],
  PauseOperation: ["OperationRequest", 'post: "/v1/{name=operations/**}:pause" body: "*"'],
};

function protoOf(own: typeof rules): string {
  const methods = Object.entries(own).map(
    ([id, [input, rule]]) =>
      `  rpc ${id}(${input}) returns (Topic) { option (google.api.http) = { ${rule} }; }\n`,
  );
  return `syntax = "proto3";
package google.v1;
import "google/api/annotations.proto"; import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
service Publisher {
${methods.join("")}}
message Topic { string name = 1; map<string, string> labels = 2; }
message UpdateTopicRequest { Topic topic = 1; google.protobuf.FieldMask update_mask = 2; }
message Message { bytes data = 1; map<string, string> attributes = 2; }
message PublishRequest { string topic = 1; repeated Message messages = 2; }
message GetTopicRequest { string topic = 1; }
message ListTopicsRequest { string project = 1; int32 page_size = 2; string page_token = 3; }
message DetachRequest { string subscription = 1; }
message PolicyRequest { string resource = 1; PolicyOptions options = 2; }
message PolicyOptions { int32 requested_policy_version = 1; }
message Snapshot { string name = 1; google.protobuf.Timestamp expire_time = 2; }
message UpdateSnapshotRequest { Snapshot snapshot = 1; google.protobuf.FieldMask update_mask = 2; }
message ListOperationsRequest { string name = 4; string filter = 1; int32 page_size = 2; }
message OperationRequest { string name = 1; google.protobuf.Duration timeout = 2; }
`;
}

async function check(context: TestContext, own: typeof rules) {
  const folder = temporaryFolder(context);
  const path = join(folder, "parlance.yaml");
  writeFileSync(join(folder, "google.proto"), protoOf(own));
  writeFileSync(
    path,
    'version: 1\ncallers: open\nservices:\n  g: { contract: google.proto, instances: ["http://127.0.0.1:1"] }\n',
  );
  return checkConfiguration({ path }, nodePlatform.files, () => {});
}

test("each rule is an address, and none is in the way of another", async (context) => {
  const { revision, diagnostics } = await check(context, rules);
  const found = diagnostics.filter(({ code }) => /^(?:http|route)-/.test(code));
  assert.deepEqual(found, []);
  assert.ok(revision);
  const cases = [
    ["PUT /v1/projects/p/topics/t", "CreateTopic"],
    ["PATCH /v1/projects/p/topics/t", "UpdateTopic"],
    ["POST /v1/projects/p/topics/t:publish", "Publish"],
    ["GET /v1/projects/p/topics/t", "GetTopic"],
    ["GET /v1/projects/p/topics", "ListTopics"],
    ["GET /v1/projects/p/topics/t/subscriptions", "ListTopicSubscriptions"],
    ["DELETE /v1/projects/p/topics/t", "DeleteTopic"],
    ["POST /v1/projects/p/subscriptions/s:detach", "Detach"],
    ["GET /v1/projects/p/topics/t:getIamPolicy", "GetIamPolicy"],
    ["GET /v1/projects/p/snapshots/s:getIamPolicy", ".rest.GetIamPolicy.3"],
    ["PATCH /v1/projects/p/snapshots/s", "UpdateSnapshot"],
    ["GET /v1/operations", "ListOperations"],
    ["GET /v1/operations/a/b", "GetOperation"],
    ["POST /v1/operations/a/b:cancel", "CancelOperation"],
    ["POST /v1/operations/a/b:pause", "PauseOperation"],
  ] as const;
  for (const [line, id] of cases) {
    const [method = "", url = ""] = line.split(" ");
    const asked = { method, url: `/g${url}`, headers: {} };
    const { outcome } = explainRoute(revision.configuration, asked, revision.contracts);
    assert.ok("route" in outcome, line);
    assert.equal(outcome.route, `g.${id}`, line);
  }
});

test("two rules of one method and the same paths are a finding at load", async (context) => {
  const { diagnostics } = await check(context, {
    GetTopic: ["GetTopicRequest", 'get: "/v1/{topic=projects/*}"'],
    GetProject: ["ListTopicsRequest", 'get: "/v1/projects/{project}"'],
    Publish: ["GetTopicRequest", 'post: "/v1/{topic=files/**}:publish"'],
    Push: ["PolicyRequest", 'post: "/v1/{resource=files/**}:publish"'],
  });
  const found = diagnostics.filter(({ code }) => code.startsWith("route-"));
  assert.deepEqual(
    found.map(({ code, severity, source }) => [code, severity, source?.line]),
    [
      ["route-duplicate", "warning", 7],
      ["route-duplicate", "warning", 9],
    ],
  );
  assert.match(
    found[0]?.message ?? "",
    /^route g\.GetProject .* can never be chosen: route g\.GetTopic/,
  );
});
