import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { before } from "node:test";
import {
  type CertificateFiles,
  issueCertificate,
  makeAuthority,
} from "#tests/support/certificates.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { brief, loadText } from "#tests/support/load-text.ts";
import { listCallers } from "./callers.ts";
import { createRevision } from "./revision.ts";
import { diffConfigurations } from "./diff.ts";

let files: Readonly<Record<string, string>>;

before(async (context) => {
  const folder = temporaryFolder({ after: () => undefined, ...context });
  const authority = makeAuthority(folder, "authority");
  const rsa = makeAuthority(folder, "rsa", "rsa");
  const branch = issueCertificate(folder, "branch", authority, ["DNS:branch.example.org"]);
  const read = (one: CertificateFiles, name: string) => ({
    [`${name}.pem`]: readFileSync(one.certFile, "utf8"),
    [`${name}.key`]: readFileSync(one.keyFile, "utf8"),
  });
  files = {
    ...read(authority, "ca"),
    ...read(rsa, "rsa"),
    ...read(branch, "branch"),
    "password.txt": "from a file: secret\n",
    "empty.txt": "\n",
  };
});

function textOf(caller: string, service = "", instance = "https://a"): string {
  return `version: 1
services:
  billing: { contract: b.wsdl, instances: ["${instance}"]${service} }
callers:
  erp: { wsSecurity: ${caller}, may: [] }
`;
}

const good = '{ username: erp, password: "${PASSWORD}" }';

function load(text: string) {
  return loadText(text, { files, env: { PASSWORD: "the secret" } });
}

test("proofs of callers have all that they leave open decided", () => {
  const { configuration, diagnostics } = load(
    textOf("{ username: erp, passwordFile: password.txt, certificate: rsa.pem }"),
  );
  assert.deepEqual(diagnostics, []);
  const callers = listCallers(configuration?.callers ?? "open");
  assert.ok(Array.isArray(callers));
  const { certificateFile = "", ...signature } = callers[0]?.wsSecurity?.signature ?? {};
  assert.match(certificateFile, /rsa\.pem$/);
  const secret = "from a file: secret";
  assert.deepEqual(callers[0]?.wsSecurity, {
    password: { username: "erp", password: { secret }, digest: false, withoutTls: false },
    signature: { certificateFile, ...signature },
    ageMsMax: 300_000,
    skewMs: 60_000,
  });
  assert.deepEqual(signature, {
    authorityFile: undefined,
    name: undefined,
    signed: ["body", "timestamp", "headers"],
    sha1: false,
  });
});

test("another password makes another revision, and stands in neither name nor difference", () => {
  const text = textOf(good, ", wsSecurity: { usernameToken: { username: g, password: other } }");
  const loadWith = (from: string, to: string) => {
    const { configuration, diagnostics } = load(text.replace(from, to));
    assert.ok(configuration, JSON.stringify(diagnostics));
    return configuration;
  };
  const first = loadWith("", "");
  for (const [from, to, path] of [
    ["${PASSWORD}", "changed", "callers.erp.wsSecurity"],
    ["other", "changed", "services.billing.wsSecurity"],
  ] as const) {
    const second = loadWith(from, to);
    assert.notEqual(createRevision(second).id, createRevision(first).id);
    assert.deepEqual(diffConfigurations(first, second), [{ kind: "changed", path }]);
  }
});

const bad: readonly (readonly [caller: string, expected: readonly string[]])[] = [
  ["{}", ["5:10 error bad-proof it lists no proof"]],
  ["{ username: erp }", ["5:10 error bad-proof neither of `password`"]],
  [
    "{ username: erp, password: secret, passwordFile: password.txt }",
    ["5:10 error bad-proof both of `password`"],
  ],
  ["{ username: erp, passwordFile: no.txt }", ["5:53 error unreadable-file no such file"]],
  ["{ username: erp, passwordFile: empty.txt }", ["5:53 error bad-pem it has 0 characters"]],
  ["{ password: secret }", ["5:10 error bad-proof lists no", "5:34 error bad-proof needs `user"]],
  ["{ username: 7, password: secret }", ["5:34 error wrong-type a name of 1 to 256"]],
  ["{ username: erp, password: 1234 }", ["5:49 error wrong-type put numbers in quotes"]],
  ["{ certificate: rsa.key }", ["5:37 error bad-pem there is no -----BEGIN CERTIFICATE"]],
  ["{ authority: ca.pem }", ["5:35 error bad-proof `authority` needs `name`"]],
  ["{ authority: branch.pem, name: b }", ["5:35 error no-authority CN=branch"]],
  [
    "{ certificate: rsa.pem, authority: ca.pem, name: b }",
    ["5:57 error bad-proof stands beside `certificate`"],
  ],
  ["{ certificate: rsa.pem, name: b }", ["5:52 error bad-proof `name` needs `authority`"]],
  [
    "{ username: e, password: secret, sha1: true }",
    ["5:61 error bad-proof `sha1` needs `certificate`", "5:61 warning weak-hash"],
  ],
  ["{ certificate: rsa.pem, sha1: true }", ["5:52 warning weak-hash may be forged"]],
  ["{ certificate: rsa.pem, signed: [timestamp] }", ["5:46 error unsigned-body proves nothing"]],
  ["{ certificate: rsa.pem, signed: [body] }", ["5:46 warning unsigned-timestamp send it again"]],
  ["{ certificate: rsa.pem, signed: [all] }", ["5:55 error bad-value body or timestamp"]],
  [
    "{ username: e, password: secret, withoutTls: true }",
    ["5:67 warning password-without-tls everybody can read"],
  ],
  ["{ username: e, password: secret, ageMsMax: 1 }", ["5:65 error bad-value from 1000 to"]],
];

function assertFindings(text: string, expected: readonly string[]): void {
  const found = load(text).diagnostics.map((one) => `${brief(one)} ${one.message}`);
  assert.equal(found.length, expected.length, JSON.stringify(found, undefined, 1));
  for (const [index, wanted] of expected.entries()) {
    const [, place = "", words = ""] = /^(\S+ \w+ \S+) ?(.*)$/s.exec(wanted) ?? [];
    assert.ok(found[index]?.startsWith(place), `${found[index]}\nbegins with ${place}`);
    assert.ok(found[index]?.includes(words), `${found[index]}\nholds ${words}`);
    assert.ok(!found[index]?.includes("secret"), "no secret is shown");
  }
}

for (const [caller, expected] of bad) {
  test(`${caller} is told as ${expected.join(" and ")}`, () => {
    assertFindings(textOf(caller), expected);
  });
}

test("a proof names one caller, and whoever sends no key has none", () => {
  const two = `${textOf(good)}  shop: { wsSecurity: ${good}, may: [] }\n`;
  assertFindings(two, ["6:11 error shared-proof callers erp and shop have the same proof"]);
  const anonymous = textOf(good).replace("erp: {", "anonymous: {");
  assertFindings(anonymous, ["5:16 error key-of-anonymous expected no `wsSecurity`"]);
});

const services: readonly (readonly [service: string, instance: string, readonly string[]])[] = [
  ["wsSecurity: {}", "https://a", ["bad-proof there is nothing to add"]],
  [
    "speaks: rest, wsSecurity: { usernameToken: { username: g, password: secret } }",
    "https://a",
    ["ws-security-without-soap needs a `contract`"],
  ],
  [
    "wsSecurity: { usernameToken: { username: g, password: secret, digest: false } }",
    "http://a",
    ["password-without-tls as text to http://a, without TLS"],
  ],
  [
    "wsSecurity: { usernameToken: { username: g, password: secret, digest: false } }",
    "https://a",
    [],
  ],
  [
    "wsSecurity: { usernameToken: { username: g, password: secret, digest: false, withoutTls: true } }",
    "http://a",
    [],
  ],
  [
    "wsSecurity: { sign: { certificate: rsa.pem, key: ca.key } }",
    "https://a",
    ["key-mismatch is not the private key"],
  ],
  [
    "wsSecurity: { sign: { certificate: rsa.pem, key: rsa.key, parts: [username-token] } }",
    "https://a",
    ["bad-proof there is no `usernameToken`"],
  ],
  ["wsSecurity: { sign: { certificate: rsa.pem, key: rsa.key } }", "http://a", []],
];
for (const [service, instance, expected] of services) {
  test(`a service with ${service} at ${instance} is told ${expected.join() || "nothing"}`, () => {
    const { diagnostics } = load(textOf(good, `, ${service}`, instance));
    assert.equal(diagnostics.length, expected.length, JSON.stringify(diagnostics, undefined, 1));
    for (const [index, wanted] of expected.entries()) {
      const [code = "", ...words] = wanted.split(" ");
      assert.equal(diagnostics[index]?.code, code);
      assert.ok(diagnostics[index]?.message.includes(words.join(" ")), diagnostics[index]?.message);
      assert.equal(diagnostics[index]?.source?.line, 3);
    }
  });
}
