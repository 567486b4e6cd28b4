/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

test("the SOAP benchmark decodes and encodes the order in both directions", () => {
  const script = fileURLToPath(new URL("./soap.ts", import.meta.url));
  const said = execFileSync(process.execPath, [script, "--tiny"]).toString();
  assert.equal(said.match(/^ *\d+\.\d {2}(?:face|upstream): /gm)?.length, 4, said);
});
