import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nodeDisk } from "./platform.ts";

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

const noProc = process.platform !== "linux" && "there is no /proc";

test("where no folder can be made, that is said at once", { skip: noProc }, () => {
  assert.throws(() => nodeDisk.makeFolder("/proc/parlance/ledger"), { code: "ENOENT" });
});
