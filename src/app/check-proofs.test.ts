import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { issueCertificate, makeAuthority } from "#tests/support/certificates.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { lacks } from "#tests/support/tools.ts";
import { checkConfiguration } from "./check-configuration.ts";

test(
  "a caller that is known by a certificate, for which nobody is asked, is told",
  { skip: lacks("openssl") },
  async (context) => {
    const folder = temporaryFolder(context);
    const authority = makeAuthority(folder, "authority");
    issueCertificate(folder, "server", authority, ["DNS:localhost"]);
    const path = join(folder, "parlance.yaml");
    const certificates = "certificates: [{ cert: server.crt, key: server.key }]";
    const foundWith = async (tls: string) => {
      writeFileSync(
        path,
        `version: 1
listen: { ${tls} }
services: { up: { instances: ["http://127.0.0.1:1"] } }
callers:
  billing: { certificate: { commonName: billing }, may: ["*"] }
`,
      );
      const { diagnostics } = await checkConfiguration(
        { path },
        nodePlatform.files,
        () => undefined,
      );
      return diagnostics.map(({ code, severity, source }) => [code, severity, source?.line]);
    };
    const unused = [["unused-proof", "warning", 5]];
    assert.deepEqual(await foundWith(""), unused);
    assert.deepEqual(await foundWith(`tls: { ${certificates} }`), unused);
    const asked = "clientCertificates: { ca: authority.crt }";
    assert.deepEqual(await foundWith(`tls: { ${certificates}, ${asked} }`), []);
  },
);

test("passwords that come in the clear are told, where no proxy may have TLS", async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, "parlance.yaml");
  const foundWith = async (listen: string) => {
    writeFileSync(
      path,
      `version: 1
listen: { ${listen} }
services: { up: { instances: ["http://127.0.0.1:1"] } }
callers:
  reports: { basic: { username: reports, password: "right" }, may: ["*"] }
`,
    );
    const { diagnostics } = await checkConfiguration({ path }, nodePlatform.files, () => undefined);
    return diagnostics.map(({ code, severity, source }) => [code, severity, source?.line]);
  };
  const told = [["password-without-tls", "warning", 5]];
  assert.deepEqual(await foundWith(""), told);
  assert.deepEqual(await foundWith("host: 192.0.2.1"), told);
  for (const listen of ["127.0.0.1", "::1", "localhost"].map((host) => `host: "${host}"`)) {
    assert.deepEqual(await foundWith(listen), []);
  }
  assert.deepEqual(await foundWith('trustedProxies: ["10.0.0.0/8"]'), []);
  assert.deepEqual(await foundWith("proxyProtocol: true"), []);
});
