import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { createFileWatch } from "./watch-files.ts";

function prepare(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-watch-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  let told: () => void = () => undefined;
  const watch = createFileWatch(nodePlatform, () => {
    count++;
    told();
  });
  context.after(() => watch.close());
  const changed = (): Promise<void> => new Promise((resolve) => (told = resolve));
  return { folder, watch, changed, count: () => count };
}

const edits: readonly { name: string; edit: (folder: string, file: string) => void }[] = [
  { name: "written in place", edit: (_folder, file) => writeFileSync(file, "longer than before") },
  {
    name: "replaced by a rename",
    edit: (folder, file) => {
      writeFileSync(join(folder, "next"), "next");
      renameSync(join(folder, "next"), file);
    },
  },
  {
    name: "removed and written again",
    edit: (_folder, file) => {
      unlinkSync(file);
      writeFileSync(file, "written again");
    },
  },
];

for (const { name, edit } of edits) {
  test(`a file that is ${name} is noticed, and again the next time`, async (t) => {
    const { folder, watch, changed, count } = prepare(t);
    const file = join(folder, "a.yaml");
    writeFileSync(file, "first");
    watch.watch([file]);
    const first = changed();
    edit(folder, file);
    await first;
    assert.equal(count(), 1);
    const second = changed();
    writeFileSync(file, "and once more, of another length");
    await second;
    assert.equal(count(), 2);
  });
}

test("a link that is switched to another folder is noticed", async (t) => {
  const { folder, watch, changed, count } = prepare(t);
  for (const release of ["one", "two"]) {
    mkdirSync(join(folder, release));
    writeFileSync(join(folder, release, "a.yaml"), release);
  }
  const link = join(folder, "current");
  symlinkSync("one", link);
  watch.watch([join(link, "a.yaml")]);
  const noticed = changed();
  symlinkSync("two", `${link}.next`);
  renameSync(`${link}.next`, link);
  await noticed;
  assert.equal(count(), 1);
});

test("other files of the folder are none of its business", async (t) => {
  const { folder, watch, changed, count } = prepare(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, "first");
  watch.watch([file]);
  writeFileSync(join(folder, "b.log"), "noise");
  const noticed = changed();
  writeFileSync(file, "second, longer");
  await noticed;
  assert.equal(count(), 1);
});
