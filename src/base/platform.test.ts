import assert from "node:assert/strict";
import {
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nodeDisk, nodePlatform } from "./platform.ts";

test("a folder is made with those above it, and may be there already", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-platform-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const deep = join(folder, "a", "b", "c");
  nodeDisk.makeFolder(deep, 0o700);
  nodeDisk.makeFolder(deep, 0o700);
  for (const made of [deep, join(folder, "a")]) assert.equal(statSync(made).mode & 0o777, 0o700);
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => nodeDisk.makeFolder(join(folder, "file")), { code: "EEXIST" });
  assert.throws(() => nodeDisk.makeFolder(join(folder, "file", "x")), { code: "ENOTDIR" });
});

test("a file behind a link is replaced, and the link stays", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-platform-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, link] = [join(folder, "file"), join(folder, "link")];
  writeFileSync(file, "old", { mode: 0o640 });
  symlinkSync("file", link);
  nodePlatform.files.replace(link, "new");
  assert.equal(readlinkSync(link), "file");
  assert.equal(readFileSync(file, "utf8"), "new");
  assert.equal(statSync(file).mode & 0o777, 0o640);
});

const noProc = process.platform !== "linux" && "there is no /proc";

test("where no folder can be made, that is said at once", { skip: noProc }, () => {
  assert.throws(() => nodeDisk.makeFolder("/proc/parlance/ledger"), { code: "ENOENT" });
});
