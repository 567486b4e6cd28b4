import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test from "node:test";
import { brief, loadText } from "#tests/support/load-text.ts";

function makePair(): Readonly<Record<"certificate" | "key", string>> {
  const folder = mkdtempSync(join(tmpdir(), "parlance-pem-"));
  try {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const output = ["-subj", "/CN=localhost", "-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", ...kind, ...output], { stdio: "pipe" });
    return { certificate: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const pair = makePair();
const other = makePair();

function listen(cert: string, key: string): string {
  return `version: 1
callers: open
services: { a: { instances: ["http://a"] } }
listen:
  tls:
    certificates:
      - cert: ${cert}
        key: ${key}
        hosts: ["*.Example.org"]
`;
}

const files = {
  "tls/cert.pem": pair.certificate,
  "tls/key.pem": pair.key,
  "tls/other.pem": other.key,
  "tls/text.pem": "hello",
};

test("certificates are found beside the configuration and listed for watching", () => {
  const loaded = loadText(listen("tls/cert.pem", "tls/key.pem"), { files });
  const { configuration, filesRead } = loaded;
  assert.deepEqual(configuration?.listen.tls, {
    minVersion: "TLSv1.2",
    certificates: [
      {
        certFile: resolve("tls/cert.pem"),
        keyFile: resolve("tls/key.pem"),
        hosts: ["*.example.org"],
      },
    ],
  });
  const expected = ["parlance.yaml", "tls/cert.pem", "tls/key.pem"];
  assert.deepEqual(
    filesRead,
    expected.map((name) => resolve(name)),
  );
});

const broken: readonly (readonly [cert: string, key: string, expected: readonly string[]])[] = [
  ["tls/cert.pem", "tls/other.pem", ["8:14 error key-mismatch"]],
  ["tls/key.pem", "tls/key.pem", ["7:15 error bad-pem"]],
  ["tls/cert.pem", "tls/cert.pem", ["8:14 error bad-pem"]],
  ["tls/text.pem", "tls/none.pem", ["7:15 error bad-pem", "8:14 error unreadable-file"]],
];

for (const [cert, key, expected] of broken) {
  test(`${cert} with ${key} is refused: ${expected.join(", ")}`, () => {
    const { configuration, diagnostics, filesRead } = loadText(listen(cert, key), { files });
    assert.equal(configuration, undefined);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual(errors.map(brief), expected);
    // Also what is missing: once it appears, the configuration is worth another look.
    assert.ok(filesRead.includes(resolve(key)));
  });
}

test("files of an instance are checked and made absolute", () => {
  const text = `version: 1
callers: open
services:
  a:
    instances:
      - { url: "https://a", tls: { ca: tls/cert.pem, cert: tls/cert.pem, key: tls/key.pem } }
`;
  const { configuration } = loadText(text, { files });
  assert.deepEqual(configuration?.services[0]?.instances[0]?.tls, {
    serverName: "a",
    caFile: resolve("tls/cert.pem"),
    certFile: resolve("tls/cert.pem"),
    keyFile: resolve("tls/key.pem"),
    verify: true,
  });
});
