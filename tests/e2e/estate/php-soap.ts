/** Whether PHP has the extension that suites need: `lacks` of tests/support, for a part of PHP. */
import assert from "node:assert/strict";
import { hasPhpSoap } from "#examples/estate/billing/php.ts";
import { lacks, notRunPrefix } from "#tests/support/tools.ts";

export function lacksPhpSoap(): false | string {
  const missing = lacks("php");
  if (missing !== false || hasPhpSoap()) return missing;
  assert.notEqual(process.env["CI"], "true", "CI runs every suite; install php-soap");
  return `${notRunPrefix}php-soap not installed`;
}
