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
