/** Instances that are called over HTTP/2 under TLS. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { issueCertificate, makeAuthority, readPair } from "#tests/support/certificates.ts";
import { freePort } from "#tests/support/free-port.ts";
import { runGateway, temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { findTool, lacks } from "#tests/support/tools.ts";
import { ask, openSession } from "./client.ts";
import { askHttp1, echo, startH2 } from "./h2-instance.ts";

test("under TLS the instance's certificate is checked and h2 agreed on", async (context) => {
  const folder = temporaryFolder(context);
  const authority = makeAuthority(folder, "authority");
  const own = issueCertificate(folder, "own", authority, ["DNS:localhost"]);
  const instance = await startH2(context, echo, { tls: true, ...readPair(own) });
  const only1 = https.createServer(readPair(own), (_request, response) => void response.end("x"));
  await new Promise<void>((resolve) => only1.listen(0, "127.0.0.1", resolve));
  context.after(() => only1.close());
  const one = (port: number, name: string): string =>
    `services:\n  web:\n    http2: true\n    instances:\n      - url: "https://127.0.0.1:${port}"\n` +
    `        tls: { ca: authority.crt, serverName: ${name} }\n`;
  const { port, take, done } = await runGateway(context, folder, one(instance.port, "localhost"));
  const body = randomBytes(1_200_000);
  const answer = await askHttp1(port, "/web/x", { body });
  assert.ok(answer.body.equals(body));
  const seen = JSON.parse(String(answer.fields["x-seen"])) as Record<string, string>;
  assert.equal(seen[":scheme"], "https");
  take(one(instance.port, "other.test"));
  assert.equal((await askHttp1(port, "/web/x")).status, 502);
  assert.match(done.at(-1)?.problem ?? "", /ERR_TLS_CERT_ALTNAME_INVALID/);
  take(one((only1.address() as AddressInfo).port, "localhost"));
  assert.equal((await askHttp1(port, "/web/x")).status, 502);
  assert.match(done.at(-1)?.problem ?? "", /HTTP2_NOT_SPOKEN|NO_APPLICATION_PROTOCOL/);
});

test("nginx as an instance over HTTP/2 and TLS", { skip: lacks("nginx") }, async (context) => {
  const folder = temporaryFolder(context);
  const authority = makeAuthority(folder, "authority");
  issueCertificate(folder, "own", authority, ["DNS:localhost"]);
  mkdirSync(join(folder, "files"));
  const file = randomBytes(2_000_000);
  writeFileSync(join(folder, "files", "two-megabytes"), file);
  const nginxPort = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
     user ${execFileSync("id", ["-un"]).toString().trim()};
     events {} http { ${paths.join(" ")} access_log off; client_max_body_size 10m;
       server { listen 127.0.0.1:${nginxPort} ssl http2; root ${folder}/files;
         ssl_certificate ${folder}/own.crt; ssl_certificate_key ${folder}/own.key;
         location /say { return 200 "$server_protocol $request_method"; } } }`,
  );
  const nginx = spawn(findTool("nginx") as string, ["-c", join(folder, "nginx.conf")]);
  context.after(() => nginx.kill());
  const url = `https://127.0.0.1:${nginxPort}`;
  const { port } = await runGateway(
    context,
    folder,
    `services:\n  web:\n    http2: true\n    instances:\n      - url: "${url}"\n` +
      "        tls: { ca: authority.crt, serverName: localhost }\n",
  );
  let status = 0;
  for (let left = 50; left > 0 && status !== 200; left--) {
    status = (await askHttp1(port, "/web/say")).status;
    if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(String((await askHttp1(port, "/web/say")).body), "HTTP/2.0 GET");
  assert.ok((await askHttp1(port, "/web/two-megabytes")).body.equals(file));
  const session = openSession(context, port);
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => ask(session, "/web/two-megabytes")),
  );
  for (const { status: code, body, resetCode } of answers) {
    assert.deepEqual([code, body.length, resetCode], [200, file.length, 0]);
    assert.ok(body.equals(file));
  }
  assert.equal((await ask(session, "/web/none")).status, 404);
});
