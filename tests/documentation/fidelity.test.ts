/** The page on fidelity lists the codes that there are, and those that protocols declare. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { standardProtocols } from "#app/standard-protocols.ts";
import { findingCodes } from "#contract/fidelity.ts";
import { readProjectFile } from "#tests/support/source-files.ts";

const page = readProjectFile("docs/reference/fidelity.md");

test("every code of a finding stands in the page, and no other", () => {
  const rows = page.match(/^\| `([a-z-]+)` +\|/gm) ?? [];
  const listed = rows.map((row) => /`([a-z-]+)`/.exec(row)?.[1] ?? "");
  assert.deepEqual(listed.toSorted(), [...findingCodes].toSorted());
});

test("grades in the page are those that protocols declare", () => {
  const declared = standardProtocols.flatMap(({ forms = [] }) =>
    forms.flatMap(({ limitations }) => Object.entries(limitations)),
  );
  assert.ok(declared.length > 5);
  for (const code of new Set(declared.map(([one]) => one))) {
    const ofCode = declared.flatMap(([one, { grade }]) => (one === code ? [grade] : []));
    const grades = [...new Set(ofCode)].toSorted().join(", ");
    assert.match(page, new RegExp(`^\\| \`${code}\` +\\| ${grades} +\\|`, "m"), code);
  }
});
