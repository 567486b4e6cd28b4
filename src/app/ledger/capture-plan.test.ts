/** What is masked besides what a configuration and a contract call sensitive. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createCapturePlan } from "./capture-plan.ts";

test("passwords in messages of SOAP are masked, whoever they are for", () => {
  const namesAt = (face: string | undefined) => {
    const compiled = { route: { id: "default", path: "/x", face }, service: { name: "x" } };
    const revision = { contracts: new Map(), configuration: { callers: "open" } };
    return createCapturePlan(compiled as never, revision as never).names;
  };
  assert.equal(namesAt("soap").has("Password"), true);
  assert.equal(namesAt("rest").isEmpty, true);
  assert.equal(namesAt(undefined).isEmpty, true);
});

test("paths of a contract's operations have the names that the contract gives", () => {
  const binding = (path: string) => ({ method: "GET", path, parameters: [] });
  const rest = {
    ...binding("/cards/{pin}/notes"),
    aliases: [binding("/shelves/{name=a/*/b/*}"), binding("/files/{path=**}")],
  };
  const input = { type: { kind: "record", fields: [] }, headers: [] };
  const operation = { id: "get", rest, input, output: undefined, faults: [] };
  const plan = (path: string, more: object = { face: "rest", operation: "get" }) => {
    const compiled = { route: { id: "r", path, ...more }, service: { name: "x" } };
    const contracts = new Map([["x", { operations: [operation], types: new Map() }]]);
    const revision = { contracts, configuration: { callers: "open" } };
    return createCapturePlan(compiled as never, revision as never).path;
  };
  assert.equal(plan("/x/cards/{p2}/notes"), "/x/cards/{pin}/notes");
  assert.equal(plan("/x/shelves/a/{p3}/b/{p5}"), "/x/shelves/a/{name.1}/b/{name.2}");
  assert.equal(plan("/x/files/*"), "/x/files/{path=**}");
  assert.equal(plan("/x/own/{id}", {}), "/x/own/{id}");
});
