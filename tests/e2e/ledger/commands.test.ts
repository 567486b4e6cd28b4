/** `parlance ledger verify`, `prove` and `export`, on ledgers that the store has written. */
import assert from "node:assert/strict";
import {
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import { createSigner, formatVerifier, parseVerifier } from "#ledger/tree/note-keys.ts";
import { parseTlogProof, verifyTlogProof } from "#ledger/tree/tlog-proof.ts";
import { createFolder, type Folder } from "#tests/e2e/cli/run-parlance.ts";
import { buildGoVerifier, lacksGo } from "./go-program.ts";

/** The first segment is sealed, the second is not. */
const size = 65_536 + 300;
const idOf = (index: number) => index.toString(16).padStart(32, "0");
let folder: Folder;
let key = "";

before(() => {
  folder = createFolder();
  const { writer } = openLog({
    path: join(folder.path, "ledger"),
    checkpoints: join(folder.path, "ledger-checkpoints"),
    name: "parlance/commands",
    disk: nodeDisk,
    random: nodePlatform.random,
    processes: nodeProcesses,
    nowMs: 0,
    log: createLog(Date.now, () => {}),
  });
  key = writer.verifierKey;
  for (let index = 0; index < size; index++) {
    const entry = encodeEntry({
      kind: "intent",
      timeUs: 1_795_000_000_000_000 + index,
      exchange: idOf(index),
      revision: "0123456789abcdef",
      method: "POST",
    });
    writer.add(entry, 0, entry.length);
    if (index % 1000 === 0) settle();
  }
  settle();
  writer.checkpoint(0);
  for (let n = 0; n < 2000; n++) writer.settle();
  writer.close();

  function settle(): void {
    writer.write();
    writer.sync();
    writer.settle();
  }
});

after(() => folder[Symbol.dispose]());

/** A copy of both folders, to do something to. */
function copied(name: string): string {
  cpSync(join(folder.path, "ledger"), join(folder.path, name), { recursive: true });
  const checkpoints = join(folder.path, "ledger-checkpoints");
  cpSync(checkpoints, join(folder.path, `${name}-checkpoints`), { recursive: true });
  return join(folder.path, name);
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 4;
  writeFileSync(path, bytes);
}

test("verify says that a whole ledger is fine, as text and as JSON, and by its own key", () => {
  const text = folder.parlance(["ledger", "verify", "--ledger", "ledger", "--key", key]);
  assert.deepEqual({ code: text.code, err: text.err }, { code: 0, err: "" });
  assert.match(text.out, /ledger: fine; 65836 entries verified, 2 checkpoints verified\n/);
  const json = folder.parlance(["ledger", "verify", "--ledger", "ledger", "--json"]);
  const { isFine, size: found, checkpoints } = JSON.parse(json.out) as Record<string, unknown>;
  assert.deepEqual([json.code, isFine, found, checkpoints], [0, true, size, 2]);
});

const damages: readonly (readonly [string, (ledger: string) => void, RegExp])[] = [
  [
    "a sealed segment",
    (ledger) => {
      const path = join(ledger, "segments", "00000000.sealed");
      flip(path, Math.floor(statSync(path).size / 2));
    },
    /00000000\.sealed/,
  ],
  [
    "the hashes of a segment",
    (ledger) => {
      const path = join(ledger, "hashes", "00000000.hashes");
      flip(path, Math.floor(statSync(path).size / 2));
    },
    /entry \d+/,
  ],
  [
    "a segment that is being written",
    (ledger) => flip(join(ledger, "segments", "00000001.0000.log"), 200),
    /65836|00000001\.0000\.log/,
  ],
  [
    "the end, cut off",
    (ledger) => truncateSync(join(ledger, "segments", "00000001.0000.log"), 64),
    /65836 entries/,
  ],
  [
    "a whole segment, gone",
    (ledger) => rmSync(join(ledger, "segments", "00000000.sealed")),
    /entry 0|00000000/,
  ],
  ["the checkpoint", (ledger) => flip(join(ledger, "checkpoint"), 25), /checkpoint/],
  [
    "the separate checkpoint",
    (ledger) => flip(`${ledger}-checkpoints/parlance+commands.checkpoint`, 25),
    /parlance\+commands\.checkpoint/,
  ],
];

for (const [n, [what, damage, message]] of damages.entries()) {
  test(`verify finds damage of ${what}, ends with 1 and says where`, () => {
    const name = `damaged-${n}`;
    damage(copied(name));
    const { code, out, err } = folder.parlance(["ledger", "verify", "--ledger", name]);
    assert.equal(code, 1, out + err);
    assert.match(out + err, message);
  });
}

test("verify finds a ledger that was signed by another key than the one that is trusted", () => {
  const other = formatVerifier(createSigner("parlance/commands/1", Buffer.alloc(32, 7)).verifier);
  const { code, out } = folder.parlance(["ledger", "verify", "--ledger", "ledger", "--key", other]);
  assert.equal(code, 1);
  assert.match(out, /no signature of a known key/);
});

test("a folder that is none, a key that is none and a form that is none are told", () => {
  const none = folder.parlance(["ledger", "verify", "--ledger", "nothing"]);
  assert.equal(none.code, 3);
  assert.match(none.err, /there is no ledger in .*nothing/);
  const badKey = folder.parlance(["ledger", "verify", "--ledger", "ledger", "--key", "x"]);
  assert.equal(badKey.code, 2);
  assert.match(badKey.err, /--key: a verifier key has the form NAME\+8 HEX DIGITS\+BASE64/);
  const badForm = folder.parlance(["ledger", "export", "x", "--ledger", "ledger", "--as", "tile"]);
  assert.equal(badForm.code, 2);
  assert.match(badForm.err, /--as is "tile"; expected tiles, ndjson, ocsf.*did you mean `tiles`/);
  const group = folder.parlance(["ledger"]);
  assert.equal(group.code, 2);
  assert.match(group.err, /ledger verify/);
  const unknown = folder.parlance(["ledger", "verfy"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /unknown command "ledger verfy" \(did you mean `verify`\?\)/);
});

test("prove gives a proof that holds by the key alone, by exchange and by index", () => {
  const verifier = parseVerifier(key);
  assert.ok(!isProblem(verifier));
  for (const [what, index] of [
    [idOf(65_600), 65_600],
    ["00000000-0000-0000-0000-000000001234", 0x1234],
    ["77", 77],
  ] as const) {
    const { code, out } = folder.parlance(["ledger", "prove", what, "--ledger", "ledger"]);
    assert.equal(code, 0);
    const proof = parseTlogProof(Buffer.from(out));
    assert.ok(!isProblem(proof) && proof.extra !== undefined);
    assert.equal(proof.index, index);
    const checkpoint = verifyTlogProof(proof, leafHash(proof.extra), [verifier]);
    assert.ok(!isProblem(checkpoint));
    assert.equal(checkpoint.size, size);
  }
});

test("verify checks a proof by the key alone, and finds what is changed in it", () => {
  const file = join(folder.path, "exchange.tlog-proof");
  const args = ["ledger", "prove", idOf(777), "--ledger", "ledger", "--out", file];
  assert.equal(folder.parlance(args).code, 0);
  const again = folder.parlance([...args, "--json"]);
  assert.equal(again.code, 3);
  const { error } = JSON.parse(again.out) as { error: { message: string } };
  assert.match(error.message, /^cannot write .*exchange\.tlog-proof: EEXIST/);
  const check = (...more: readonly string[]) =>
    folder.parlance(["ledger", "verify", "--proof", file, ...more]);
  const text = check("--key", key);
  assert.equal(text.code, 0);
  assert.match(text.out, /entry 777 of parlance\/commands\/1, which has signed a tree of 65836/);
  const json = JSON.parse(check("--ledger", "ledger", "--json").out) as Record<string, unknown>;
  assert.equal((json["entry"] as { exchange: string }).exchange, idOf(777));
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.toString().replace("index 777", "index 776"));
  const damaged = check("--key", key);
  assert.equal(damaged.code, 1);
  assert.match(damaged.err, /inclusion proof of entry 776 leads to the root/);
  writeFileSync(file, "no proof");
  const none = check("--key", key);
  assert.equal(none.code, 3);
  assert.match(none.err, /a proof has no empty line/);
});

test("a ledger whose checkpoints are gone proves nothing, which is a finding", () => {
  const ledger = copied("unsigned");
  rmSync(join(ledger, "checkpoint"));
  rmSync(`${ledger}-checkpoints`, { recursive: true });
  const { code, out, err } = folder.parlance(["ledger", "verify", "--ledger", ledger]);
  assert.equal(code, 1);
  assert.match(out, /no checkpoint vouches for its 65836 entries/);
  assert.match(err, /there is no checkpoint/);
});

test("a ledger that has lost its end is not read as a shorter one", () => {
  const ledger = copied("short");
  truncateSync(join(ledger, "segments", "00000001.0000.log"), 9_000);
  const lost = /the ledger is signed for 65836 entries, and only 65\d{3} can be read/;
  for (const args of [
    ...["tiles", "ndjson", "ocsf"].map((form) => ["export", `short-${form}`, "--as", form]),
    ["prove", "7"],
    ["prove", idOf(65_800)],
    ["show", idOf(65_800)],
    ["tail", "--lines", "2"],
  ]) {
    const { code, err } = folder.parlance(["ledger", ...args, "--ledger", ledger]);
    assert.equal(code, 1, args.join(" "));
    assert.match(err, lost, args.join(" "));
  }
});

test("what is no checkpoint is told as damage of it, to whoever needs it", () => {
  const ledger = copied("no-checkpoint");
  writeFileSync(join(ledger, "checkpoint"), "nothing");
  for (const args of [
    ["prove", "7"],
    ["export", "no-checkpoint-tiles"],
  ]) {
    const { code, err } = folder.parlance(["ledger", ...args, "--ledger", ledger]);
    assert.equal(code, 1, err);
    assert.match(err, /the ledger's own checkpoint: .*\(ledger-damaged\)/);
  }
});

test("prove of what is not there ends with 1, of what is no id with 2", () => {
  const gone = folder.parlance(["ledger", "prove", "f".repeat(32), "--ledger", "ledger"]);
  assert.equal(gone.code, 1);
  assert.match(gone.err, /there is no entry of the exchange f{32}; the ledger has 65836 entries/);
  assert.equal(folder.parlance(["ledger", "prove", "99999", "--ledger", "ledger"]).code, 1);
  const wrong = folder.parlance(["ledger", "prove", "x", "--ledger", "ledger"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /EXCHANGE is "x"; expected the id of an exchange/);
});

test("export writes a tree of tiles once, and not into a folder that holds something", () => {
  const args = ["ledger", "export", "tiles", "--ledger", "ledger"];
  const { code, out } = folder.parlance(args);
  assert.equal(code, 0);
  assert.match(out, /wrote 65836 entries of parlance\/commands\/1 into \d+ files/);
  assert.deepEqual(readdirSync(join(folder.path, "tiles")), ["checkpoint", "tile"]);
  const again = folder.parlance(args);
  assert.equal(again.code, 3);
  assert.match(again.err, /is not empty; name a folder that is empty/);
  const nowhere = folder.parlance(["ledger", "export", "x".repeat(300), "--ledger", "ledger"]);
  assert.equal(nowhere.code, 3);
  assert.match(nowhere.err, /x{300} cannot be looked into: ENAMETOOLONG.*; name a folder that/);
});

test(
  "Go's sumdb accepts the exported tree, and not with a bit turned over",
  { skip: lacksGo },
  () => {
    const args = ["ledger", "export", "for-go", "--ledger", "ledger"];
    assert.equal(folder.parlance(args).code, 0);
    const judge = buildGoVerifier(folder.path);
    const tree = join(folder.path, "for-go");
    const verdict = () => judge(tree, "parlance/commands/1", key);
    assert.deepEqual(verdict(), { status: 0, stdout: `size ${size}, 0 proofs`, stderr: "" });
    for (const path of ["tile/entries/200", "tile/0/257.p/44", "tile/1/000", "checkpoint"]) {
      flip(join(tree, path), 30);
      assert.equal(verdict().status, 1, path);
      flip(join(tree, path), 30);
    }
    assert.equal(verdict().status, 0);
  },
);

test("export as ndjson writes every entry as a line", () => {
  const args = ["ledger", "export", "lines", "--ledger", "ledger", "--as", "ndjson"];
  assert.equal(folder.parlance(args).code, 0);
  const lines = readFileSync(join(folder.path, "lines", "entries.ndjson"), "utf8").split("\n");
  assert.equal(lines.length, size + 1);
  assert.deepEqual(JSON.parse(lines[5] as string), {
    index: 5,
    kind: "intent",
    timeUs: 1_795_000_000_000_005,
    exchange: idOf(5),
    revision: "0123456789abcdef",
    method: "POST",
  });
});
