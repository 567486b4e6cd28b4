import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test from "node:test";
import { brief, loadText } from "#tests/support/load-text.ts";

type Pair = Readonly<Record<"certificate" | "key", string>>;

const strong = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

function makePair(algorithm: readonly string[] = strong): Pair {
  const folder = mkdtempSync(join(tmpdir(), "parlance-pem-"));
  try {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const kind = ["-newkey", ...algorithm, "-nodes", "-days", "2"];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:*.example.org"];
    const output = [...names, "-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", ...kind, ...output], { stdio: "pipe" });
    return { certificate: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function encrypt(key: string): string {
  const protection = { cipher: "aes-256-cbc", passphrase: "secret" };
  return createPrivateKey(key).export({ type: "pkcs8", format: "pem", ...protection });
}

const pair = makePair();
const other = makePair();
const weak = makePair(["rsa:1024"]);

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
  "tls/encrypted.pem": encrypt(pair.key),
  "tls/der.pem": pair.certificate.replaceAll(/-----.*-----\n/g, ""),
  "tls/chain.pem": `${pair.certificate}-----BEGIN CERTIFICATE-----\nMIIabc\n`,
  "tls/weak.pem": weak.certificate,
  "tls/weak-key.pem": weak.key,
  "tls/large.pem": `${"#".repeat(1024 * 1024)}\n${pair.certificate}`,
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
  ["tls/cert.pem", "tls/encrypted.pem", ["8:14 error bad-pem"]],
  ["tls/der.pem", "tls/key.pem", ["7:15 error bad-pem"]],
  ["tls/chain.pem", "tls/key.pem", ["7:15 error bad-pem"]],
  ["tls/weak.pem", "tls/weak-key.pem", ["7:15 error bad-pem"]],
  ["tls/large.pem", "tls/key.pem", ["7:15 error file-too-large"]],
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

test("a file of an answer may be larger than certificates are, up to 16 MiB", () => {
  const policy = "policies: [{ fallback: { file: answer.json } }]";
  const text = `version: 1\ncallers: open\nservices: { a: { instances: ["http://a"], ${policy} } }\n`;
  const told = (bytes: number) => {
    const own = { "answer.json": Buffer.alloc(bytes, " ") };
    const { diagnostics } = loadText(text, { files: own });
    return diagnostics.filter(({ severity }) => severity === "error");
  };
  assert.deepEqual(told(16 * 1024 * 1024), []);
  const [large] = told(16 * 1024 * 1024 + 1);
  assert.equal(large?.code, "file-too-large");
  assert.match(large?.message ?? "", /answer\.json has more than 16777216 bytes/);
});

test("what OpenSSL says of a file is told without its numbers", () => {
  const messageOf = (cert: string, key: string): string =>
    loadText(listen(cert, key), { files }).diagnostics.find(({ severity }) => severity === "error")
      ?.message ?? "";
  assert.match(messageOf("tls/cert.pem", "tls/encrypted.pem"), /it is encrypted.+ passphrase/);
  assert.match(messageOf("tls/weak.pem", "tls/weak-key.pem"), /\(SSL routines: ee key too small\)/);
});

const dayMs = 24 * 3_600_000;

for (const [when, days, expected] of [
  ["has ended", 3, ["7:15 warning certificate-ended"]],
  ["has not begun", -3, ["7:15 warning certificate-not-begun"]],
  ["is valid", 1, []],
] as const) {
  test(`a certificate that ${when} is taken, and warned of if need be`, () => {
    const nowMs = Date.now() + days * dayMs;
    const { configuration, diagnostics } = loadText(listen("tls/cert.pem", "tls/key.pem"), {
      files,
      nowMs,
    });
    assert.ok(configuration);
    const warnings = diagnostics.filter(({ severity }) => severity === "warning");
    assert.deepEqual(warnings.map(brief), expected);
  });
}

test("a name that the certificate does not have is warned of", () => {
  const text = listen("tls/cert.pem", "tls/key.pem").replace(
    '["*.Example.org"]',
    '["a.example.org", b.example.net]',
  );
  const { diagnostics } = loadText(text, { files });
  const warnings = diagnostics.filter(({ severity }) => severity === "warning");
  assert.deepEqual(warnings.map(brief), ["9:34 warning host-not-in-certificate"]);
});

for (const name of ["tls/text.pem", "tls/chain.pem"]) {
  test(`authorities in ${name} are refused, wherever they are named`, () => {
    const listening = listen("tls/cert.pem", "tls/key.pem");
    const asking = `${listening}    clientCertificates: { ca: ${name} }\n`;
    const instance = `version: 1
callers: open
services: { a: { instances: [{ url: "https://a", tls: { ca: ${name} } }] } }
`;
    for (const text of [asking, instance]) {
      const { diagnostics } = loadText(text, { files });
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      assert.deepEqual(
        errors.map(({ code }) => code),
        ["bad-pem"],
      );
    }
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
