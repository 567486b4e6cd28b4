/** The layers of ARCHITECTURE.md, held against every import in src. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { projectFiles, projectFolders, readProjectFile } from "#tests/support/source-files.ts";
import { importsOf } from "./imports.ts";
import {
  importCycles,
  layerCycles,
  layerViolations,
  readLayers,
  undeclaredPackages,
  unlisted,
} from "./layer-rules.ts";

const layers = readLayers(readProjectFile("ARCHITECTURE.md"));
const imports = projectFiles("src/**/*.ts").flatMap(importsOf);

test("ARCHITECTURE.md lists the folders of src and no others", () => {
  assert.deepEqual([...layers.keys()].sort(), projectFolders("src").toSorted());
});

test("ARCHITECTURE.md lets no two layers import each other", () => {
  assert.deepEqual(layerCycles(layers), []);
});

test("every import follows the layers", () => {
  assert.ok(imports.length > 0);
  assert.deepEqual(layerViolations(imports, layers), []);
});

test("no files import each other in a ring", () => {
  assert.deepEqual(importCycles(imports), []);
});

test("the product imports declared dependencies only", () => {
  const { dependencies } = JSON.parse(readProjectFile("package.json")) as {
    dependencies: Record<string, string>;
  };
  assert.deepEqual(undeclaredPackages(imports, Object.keys(dependencies)), []);
});

for (const layer of ["protocols", "policies", "proofs"]) {
  test(`every folder of ${layer} is listed in src/app`, () => {
    const list = projectFiles(`src/app/standard-${layer}.ts`).flatMap(importsOf);
    assert.deepEqual(unlisted(layer, projectFolders(`src/${layer}`), list), []);
  });
}
