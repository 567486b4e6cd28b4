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
