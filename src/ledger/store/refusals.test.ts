/** Ledgers that must not be opened: each is told clearly, and left as it is. */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import type { Processes } from "#base/processes.ts";
import { generateKeyPairSync } from "node:crypto";
import { addAll, codeOf, entryOf, failingDisk, snapshot, withPlace } from "./store-fixture.ts";
import type { Place } from "./store-fixture.ts";
import { findHolder } from "./lock.ts";
import type { LogOptions } from "./log.ts";

interface Refusal {
  readonly name: string;
  /** What was done to a ledger of ten entries with a checkpoint. */
  readonly change: (place: Place) => void;
  readonly options?: Partial<LogOptions>;
  readonly code: string;
  readonly says: RegExp;
}

function write(place: Place, count: number, from = 0): void {
  const { writer } = place.open();
  addAll(
    writer,
    Array.from({ length: count }, (_, at) => entryOf(from + at)),
  );
  writer.checkpoint(0);
  writer.close();
}

function editLog(place: Place, edit: (text: string) => string): void {
  const path = join(place.path, "log.json");
  writeFileSync(path, edit(readFileSync(path, "utf8")));
}

const key = (place: Place): string => join(place.path, "keys", "0001.pem");
const lock = (place: Place): string => join(place.path, "lock");
const part = (place: Place): string => join(place.path, "segments", "00000000.0000.log");

function lockOf(mark: Partial<ReturnType<typeof nodeProcesses.self>>): string {
  return `${JSON.stringify({ ...nodeProcesses.self(), ...mark })}\n`;
}

const refusals: readonly Refusal[] = [
  {
    name: "a log file that is not JSON",
    change: (place) => editLog(place, (text) => text.slice(0, 40)),
    code: "ledger-foreign",
    says: /log\.json is not JSON/,
  },
  {
    name: "a log file of something else",
    change: (place) => editLog(place, (text) => text.replace("parlance-ledger", "other")),
    code: "ledger-foreign",
    says: /does not say "format": "parlance-ledger"/,
  },
  {
    name: "a newer version",
    change: (place) => editLog(place, (text) => text.replace('"version": 1', '"version": 2')),
    code: "ledger-version",
    says: /a newer version of Parlance: its format is 2, this one knows 1/,
  },
  {
    name: "an older version",
    change: (place) => editLog(place, (text) => text.replace('"version": 1', '"version": 0')),
    code: "ledger-version",
    says: /another version of Parlance: its format is 0/,
  },
  {
    name: "segments without their log file",
    change: (place) => rmSync(join(place.path, "log.json")),
    code: "ledger-foreign",
    says: /segments holds files of a ledger, but log\.json is missing/,
  },
  {
    name: "another name in the configuration",
    change: () => {},
    options: { name: "example.org/other" },
    code: "ledger-origin",
    says: /is the ledger example\.org\/test, but the configuration calls it example\.org\/other/,
  },
  {
    name: "a key that others can read",
    change: (place) => chmodSync(key(place), 0o644),
    code: "ledger-key",
    says: /0001\.pem can be used by others than its owner: its mode is 0644; expected 0600/,
  },
  {
    name: "a folder of keys that others can enter",
    change: (place) => chmodSync(join(place.path, "keys"), 0o755),
    code: "ledger-key",
    says: /keys can be used by others than its owner: its mode is 0755; expected 0700/,
  },
  {
    name: "no key",
    change: (place) => rmSync(key(place)),
    code: "ledger-key",
    says: /0001\.pem is missing/,
  },
  {
    name: "a key that is none",
    change: (place) => writeFileSync(key(place), "no key", { mode: 0o600 }),
    code: "ledger-key",
    says: /holds no private key in PEM/,
  },
  {
    name: "a key of another kind",
    change: (place) => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      writeFileSync(key(place), privateKey.export({ format: "pem", type: "pkcs8" }));
    },
    code: "ledger-key",
    says: /a key of type ec; expected ed25519/,
  },
  {
    name: "another key",
    change: (place) => {
      const { privateKey } = generateKeyPairSync("ed25519");
      writeFileSync(key(place), privateKey.export({ format: "pem", type: "pkcs8" }));
    },
    code: "ledger-key",
    says: /is not the key of example\.org\/test\/1/,
  },
  {
    name: "a process that holds it",
    change: (place) => writeFileSync(lock(place), lockOf({})),
    code: "ledger-locked",
    says: new RegExp(`held by process ${process.pid} on host`),
  },
  {
    name: "a process on another host, of which nothing is known",
    change: (place) => writeFileSync(lock(place), lockOf({ host: "elsewhere" })),
    code: "ledger-locked",
    says: /on host elsewhere; whether it runs cannot be told/,
  },
  {
    name: "a lock that cannot be read",
    change: (place) => writeFileSync(lock(place), "?"),
    code: "ledger-locked",
    says: /held by something that cannot be read/,
  },
  {
    name: "a part that is gone",
    change: (place) => rmSync(part(place)),
    code: "ledger-rolled-back",
    says: /was signed at size 10, root \S+, but the ledger has size 0, root \S+:/,
  },
  {
    name: "a part that was cut off",
    change: (place) => writeFileSync(part(place), readFileSync(part(place)).subarray(0, 150)),
    code: "ledger-rolled-back",
    says: /was signed at size 10, root \S+, but the ledger has size \d, root/,
  },
  {
    name: "a part whose head is damaged",
    change: (place) => writeFileSync(part(place), Buffer.alloc(200)),
    code: "ledger-damaged",
    says: /its first 64 bytes are damaged/,
  },
  {
    name: "a checkpoint that is damaged",
    change: (place) => {
      const path = join(place.checkpoints, "example.org+test.checkpoint");
      writeFileSync(path, readFileSync(path, "utf8").replace("\n10\n", "\n11\n"));
    },
    code: "ledger-damaged",
    says: /checkpoint was not signed by this ledger/,
  },
  {
    name: "an empty folder in the ledger's place",
    change: (place) => rmSync(place.path, { recursive: true }),
    code: "ledger-rolled-back",
    says: /was signed at size 10, root \S+, but the ledger has size 0/,
  },
  {
    name: "a disk that takes no writes",
    change: () => {},
    options: { disk: failingDisk("EROFS", (call) => call === "create") },
    code: "ledger-disk-read-only",
    says: /EROFS/,
  },
  {
    name: "a folder that may not be written",
    change: () => {},
    options: { disk: failingDisk("EACCES", (call) => call === "create") },
    code: "ledger-not-permitted",
    says: /EACCES/,
  },
  {
    name: "a full disk",
    change: () => {},
    options: { disk: failingDisk("ENOSPC", (call, path) => call === "write" && /log/.test(path)) },
    code: "ledger-disk-full",
    says: /ENOSPC/,
  },
];

for (const { name, change, options, code, says } of refusals) {
  test(`${name} keeps a ledger from being opened, and changes nothing`, () => {
    withPlace((place) => {
      write(place, 10);
      change(place);
      const before = contentOf(place);
      const refused = codeOf(() => place.open(options));
      assert.equal(refused.code, code, refused.detail);
      assert.match(refused.detail, says);
      assert.deepEqual(contentOf(place), before);
    });
  });
}

/** All files but such as are complete only under another name. */
function contentOf({ path, checkpoints }: Place): readonly (readonly [string, string])[] {
  mkdirSync(path, { recursive: true });
  const files = [...snapshot(path), ...snapshot(checkpoints)];
  return files.filter(([name]) => !name.endsWith(".new"));
}

test("a ledger that was set back to a copy is refused with both sizes and roots", () => {
  withPlace((place) => {
    write(place, 10);
    cpSync(place.path, `${place.path}-copy`, { recursive: true, preserveTimestamps: true });
    write(place, 5, 10);
    rmSync(place.path, { recursive: true });
    cpSync(`${place.path}-copy`, place.path, { recursive: true, preserveTimestamps: true });
    chmodSync(join(place.path, "keys"), 0o700);
    const { code, detail } = codeOf(() => place.open());
    assert.equal(code, "ledger-rolled-back");
    assert.match(detail, /signed at size 15, root \S{44}, but the ledger has size 10, root \S{44}/);
  });
});

test("a ledger that was set back to before its key was changed is refused as such", () => {
  withPlace((place) => {
    write(place, 10);
    const copy = `${place.path}-copy`;
    cpSync(place.path, copy, { recursive: true });
    const { writer } = place.open();
    writer.rotateKey(() => entryOf(10));
    writer.close();
    rmSync(place.path, { recursive: true });
    cpSync(copy, place.path, { recursive: true });
    const { code, detail } = codeOf(() => place.open());
    assert.equal(code, "ledger-rolled-back");
    assert.match(detail, /signed at size 11, root \S{44} by example\.org\/test\/2, but the ledger/);
    assert.match(detail, /only of example\.org\/test\/1: it was set back .* Put back the ledger/);
  });
});

test("a separate checkpoint that is missing is told, for it cannot be compared", () => {
  withPlace((place) => {
    write(place, 10);
    assert.equal(place.told.length, 0);
    rmSync(place.checkpoints, { recursive: true });
    place.open();
    assert.deepEqual(
      place.told.map(({ level, event }) => [level, event]),
      [["warn", "ledger-checkpoint-missing"]],
    );
    assert.match(place.told[0]?.message ?? "", /test\.checkpoint is missing: .* has 10 entries/);
  });
});

test("another ledger with the same key and size is refused by its root", () => {
  withPlace((place) => {
    write(place, 10);
    cpSync(place.checkpoints, `${place.checkpoints}-kept`, { recursive: true });
    rmSync(join(place.path, "segments", "00000000.0000.log"));
    rmSync(join(place.path, "checkpoint"));
    rmSync(place.checkpoints, { recursive: true });
    write(place, 10, 1);
    rmSync(place.checkpoints, { recursive: true });
    cpSync(`${place.checkpoints}-kept`, place.checkpoints, { recursive: true });
    const { code, detail } = codeOf(() => place.open());
    assert.equal(code, "ledger-rolled-back");
    assert.match(detail, /size 10, root \S+, but the ledger has at size 10 the root/);
  });
});

test("a folder that holds something else is not made a ledger", () => {
  withPlace((place) => {
    mkdirSync(place.path);
    writeFileSync(join(place.path, "holiday.jpg"), "");
    const { code, detail } = codeOf(() => place.open());
    assert.equal(code, "ledger-foreign");
    assert.match(detail, /holds holiday\.jpg; a new ledger wants an empty folder/);
    assert.deepEqual([...snapshot(place.path).keys()], ["holiday.jpg"]);
    assert.equal(codeOf(() => place.read()).code, "ledger-foreign");
  });
});

test("a full disk that takes no lock is told, and nothing is left on it", () => {
  withPlace((place) => {
    place.open().writer.close();
    const before = snapshot(place.path);
    const disk = failingDisk("ENOSPC", (call, path) => call === "write" && /lock/.test(path));
    assert.equal(codeOf(() => place.open({ disk })).code, "ledger-disk-full");
    assert.deepEqual(snapshot(place.path), before);
  });
});

test("a lock of another container is taken over when its process is gone, unseen as it is", () => {
  withPlace((place) => {
    write(place, 3);
    const elsewhere: Processes = {
      ...nodeProcesses,
      self: () => ({ ...nodeProcesses.self(), space: "pid:[1]" }),
      isRunning: () => false,
    };
    const { writer } = place.open({ processes: elsewhere });
    const { code, detail } = codeOf(() => place.open());
    assert.equal(code, "ledger-locked");
    assert.match(detail, /process \d+ on host \S+, in another container\. /);
    assert.ok(findHolder(nodeDisk, nodeProcesses, lock(place)) !== undefined);
    const left = readFileSync(lock(place));
    writer.close();
    writeFileSync(lock(place), left);
    assert.equal(findHolder(nodeDisk, nodeProcesses, lock(place)), undefined);
    place.open().writer.close();
  });
});

test("a lock whose process is gone is taken over, also after the machine was started anew", () => {
  for (const mark of [{ pid: 2 ** 22 + 1 }, { boot: "another" }, { started: "1" }]) {
    withPlace((place) => {
      write(place, 3);
      writeFileSync(lock(place), lockOf(mark));
      writeFileSync(`${lock(place)}.takeover`, lockOf(mark));
      assert.equal(place.open().recovered.size, 3);
    });
  }
});

test("keys and their folder are made for their owner alone", () => {
  withPlace((place) => {
    write(place, 1);
    const { disk } = place.options();
    assert.equal(disk.stat(key(place))?.mode, 0o600);
    assert.equal(disk.stat(join(place.path, "keys"))?.mode, 0o700);
    assert.match(readFileSync(key(place), "utf8"), /^-----BEGIN PRIVATE KEY-----/);
  });
});
