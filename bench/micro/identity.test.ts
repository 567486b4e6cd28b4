/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "./identity.ts";

test("the benchmark of identity knows every caller at once, by each proof", async () => {
  const measurements = await measure(1);
  assert.deepEqual(
    measurements.map(({ name }) => name),
    ["key", "token, verified before", "name and password"],
  );
  for (const { name, nsPerRequest } of measurements) assert.ok(nsPerRequest >= 0, name);
});
