/** Exchanges as events of OCSF, by what its class "API Activity" (6003) demands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { entryAsOcsf } from "./entry-as-ocsf.ts";

const origin = "example.org/log/1";
const exchange = {
  kind: "exchange",
  timeUs: 1_795_616_677_364_424,
  exchange: "01a213181d70798ca0b968160108e6fd",
  revision: "29d27d7c1bfd0b36",
  totalUs: 132_315,
  verdict: "forwarded",
  status: 201,
  method: "POST",
  service: "payments",
  operation: "pay",
  caller: "storefront",
} as const;

const required = [
  ...["activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id"],
  ...["src_endpoint", "time", "type_uid"],
];

function eventOf(entry: Parameters<typeof encodeEntry>[0]) {
  return entryAsOcsf(encodeEntry(entry), 7, origin) as Record<string, unknown> | undefined;
}

test("an exchange is an event of class 6003 with all that the class demands", () => {
  const event = eventOf(exchange);
  assert.ok(event !== undefined);
  for (const name of required) assert.ok(event[name] !== undefined, name);
  assert.equal(event["class_uid"], 6003);
  assert.equal(event["type_uid"], 600_301);
  assert.equal(event["time"], 1_795_616_677_364);
  assert.equal(event["status_id"], 1);
  assert.deepEqual(event["api"], {
    operation: "pay",
    service: { name: "payments" },
    request: { uid: exchange.exchange },
    response: { code: 201 },
  });
  assert.deepEqual(event["metadata"], {
    version: "1.3.0",
    uid: exchange.exchange,
    sequence: 7,
    log_name: origin,
    product: { name: "Parlance", vendor_name: "Parlance" },
  });
});

test("methods are activities, failures say why and weigh by who broke it", () => {
  for (const [method, activity] of [
    ["GET", 2],
    ["PUT", 3],
    ["DELETE", 4],
    ["PURGE", 99],
  ] as const) {
    assert.equal(eventOf({ ...exchange, method })?.["type_uid"], 600_300 + activity, method);
  }
  const refused = { ...exchange, status: 403, problem: "caller-not-permitted" } as const;
  const byPolicy = eventOf({ ...refused, blame: "policy" });
  assert.deepEqual(
    [byPolicy?.["status_id"], byPolicy?.["status_detail"], byPolicy?.["severity_id"]],
    [2, "caller-not-permitted", 2],
  );
  assert.equal(eventOf({ ...exchange, status: 502, blame: "service" })?.["severity_id"], 3);
});

test("an answer that broke off behind its status is no success", () => {
  const cut = { ...exchange, status: 200, problem: "instance-closed", blame: "service" } as const;
  const broken = eventOf(cut);
  assert.deepEqual(
    [broken?.["status_id"], broken?.["status_detail"], broken?.["severity_id"]],
    [2, "instance-closed", 3],
  );
  const left = eventOf({ ...exchange, status: 200, aborted: true });
  assert.deepEqual(
    [left?.["status_id"], left?.["status_detail"], left?.["severity_id"]],
    [2, "aborted", 2],
  );
});

test("an exchange of which hardly anything is known is an event, too", () => {
  const { service: _s, operation: _o, caller: _c, method: _m, ...bare } = exchange;
  const event = eventOf({ ...bare, status: 400, verdict: "refused" });
  assert.ok(event !== undefined);
  for (const name of required) assert.ok(event[name] !== undefined, name);
  assert.deepEqual(event["api"], {
    operation: "unknown",
    request: { uid: exchange.exchange },
    response: { code: 400 },
  });
});

test("other entries are no events", () => {
  assert.equal(eventOf({ kind: "stop", timeUs: 1, reason: "SIGTERM" }), undefined);
});
