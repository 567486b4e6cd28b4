/**
 * Secrets that come from the environment or from files, and those that callers send: they stand in
 * no log line, no entry of the ledger, no metric, no explanation and no answer.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";
import { runGateway } from "./run-gateway.ts";

const mark = "s3cr3t";
const secrets = {
  SHOP_KEY: `${mark}-key-of-the-shop-0123456789`,
  SHOP_KEY_NEXT: `${mark}-next-key-of-the-shop-0123456789`,
  REPORTS_PASSWORD: `${mark}-password-of-reports`,
  SIGNING_SECRET: Buffer.from(`${mark}-signing-secret-of-32-bytes-or-more`).toString("base64"),
  INTROSPECTION_SECRET: `${mark}-of-the-introspection`,
  UPSTREAM_TOKEN: `${mark}-token-of-the-upstream`,
};
const clerks = `${mark}-password-of-the-clerk`;
const account = `${mark}-account-in-a-file`;

/** In whatever form: as it is, in base64, percent-encoded. */
function assertHidden(text: string, where: string): void {
  for (const secret of [...Object.values(secrets), clerks, account]) {
    for (const form of [secret, Buffer.from(secret).toString("base64url").slice(0, -4)]) {
      const at = text.indexOf(form);
      assert.equal(at, -1, `${where}: ${text.slice(Math.max(0, at - 80), at + 80)}`);
    }
  }
  assert.doesNotMatch(text, new RegExp(mark), where);
}

function textsIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => [path, readFileSync(path, "latin1")] as const);
}

async function startEcho(t: TestContext): Promise<string> {
  return listenHttp(t, (request, answer) => {
    request.resume();
    answer.setHeader("content-type", "application/json");
    request.on("end", () => answer.end(`{"id":"1","password":"${mark}-of-a-customer"}`));
  });
}

const contract = `openapi: 3.1.0
info: { title: Shop, version: "1" }
paths:
  /orders:
    post:
      operationId: place
      requestBody:
        content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
      responses:
        "200":
          description: ""
          content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
components:
  schemas:
    Order:
      type: object
      properties: { id: { type: string }, password: { type: string, format: password } }
`;

test("secrets of the environment, of files and of callers are told nowhere", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-secrets-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ledger = join(folder, "ledger");
  mkdirSync(ledger);
  writeFileSync(join(folder, "shop.yaml"), contract);
  writeFileSync(join(folder, "clerk.txt"), `${clerks}\n`);
  writeFileSync(join(folder, "account.txt"), `${account}\n`);
  const url = await startEcho(t);
  const text = `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 1 }
services:
  shop:
    contract: ${join(folder, "shop.yaml")}
    instances: ["${url}"]
    policies: [{ mask: { sensitive: replace } }]
  plain:
    contract: ${join(folder, "shop.yaml")}
    instances: ["${url}"]
    policies:
      - validate: { requests: { mode: report, textLengthMax: 10 } }
      - headers: { request: { set: { Authorization: "Bearer \${UPSTREAM_TOKEN}" } } }
      - headers: { request: { set: { X-Account: "\${file:${join(folder, "account.txt")}}" } } }
identity:
  key: { query: access }
  token:
    issuers:
      main:
        issuer: https://issuer.example
        audience: [shop]
        introspection:
          uri: http://127.0.0.1:1/introspect
          clientId: gateway
          clientSecret: "\${INTROSPECTION_SECRET}"
callers:
  shop: { keys: ["\${SHOP_KEY}", "\${SHOP_KEY_NEXT}"], may: ["*"] }
  reports: { basic: { username: reports, password: "\${REPORTS_PASSWORD}" }, may: ["*"] }
  signer:
    signature: { keyId: one, algorithm: hmac-sha256, secret: "\${SIGNING_SECRET}" }
    may: ["*"]
  clerk:
    wsSecurity: { username: clerk, passwordFile: ${join(folder, "clerk.txt")}, withoutTls: true }
    may: ["*"]
ledger: { path: ${ledger}, mode: strict, capture: full }
log: { exchanges: all, level: debug }
`;
  const gateway = await runGateway(t, text, { env: secrets });
  const body = JSON.stringify({ id: "1", password: `${mark}-of-a-customer` });
  const headers = { "content-type": "application/json" };
  const ask = async (more: Readonly<Record<string, string>>, query = "", service = "shop") => {
    const answer = await fetch(`${gateway.url}/${service}/orders${query}`, {
      method: "POST",
      headers: { ...headers, ...more },
      body,
    });
    return {
      status: answer.status,
      text: `${JSON.stringify([...answer.headers])} ${await answer.text()}`,
    };
  };
  const basic = (password: string): string =>
    `Basic ${Buffer.from(`reports:${password}`).toString("base64")}`;
  const asked = [
    await ask({ "x-api-key": secrets.SHOP_KEY }),
    await ask({ "x-api-key": secrets.SHOP_KEY_NEXT }),
    await ask({ authorization: basic(secrets.REPORTS_PASSWORD) }),
    await ask({}, `?access=${secrets.SHOP_KEY}`),
    // Wrong ones, conflicting ones, and messages that are reported on.
    await ask({ "x-api-key": `${mark}-that-nobody-has-0123456789` }),
    await ask({ authorization: basic(`${mark}-wrong`) }),
    await ask({ authorization: `Bearer ${mark}.opaque.token` }),
    await ask({ "x-api-key": secrets.SHOP_KEY, authorization: basic(secrets.REPORTS_PASSWORD) }),
    await ask({ "x-api-key": secrets.SHOP_KEY }, "", "plain"),
  ];
  const statuses = asked.map(({ status }) => status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 401, 401, 401, 401, 200]);
  // What the last one answers is the service's own, and is shown as it is.
  for (const [index, answer] of asked.slice(0, -1).entries()) {
    assertHidden(answer.text, `answer ${index}`);
  }
  const exchange = /"parlance-exchange","([0-9a-f]+)"/.exec(asked[4]?.text ?? "")?.[1] ?? "";
  const query = "method=POST&url=%2Fshop%2Forders&as=shop";
  for (const path of [
    "/metrics",
    "/api/v1/status",
    "/api/v1/revisions/current",
    `/api/v1/explain?${query}`,
    `/api/v1/exchanges/${exchange}/explain`,
  ]) {
    const told = await (await fetch(gateway.adminUrl + path)).text();
    assertHidden(told, path);
    if (path !== "/metrics") continue;
    assert.match(told, /^parlance_reported_total\{service="plain",blame="client"\} 1$/m);
  }
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  assertHidden(JSON.stringify(gateway.log), "log");
  const reported = gateway.log.filter((line) => line["reported"] !== undefined);
  assert.deepEqual(
    reported.map((line) => [line["reported"], line["reportedPlace"], line["reportedWhat"]]),
    [
      [
        "request-beyond-limits",
        "/password",
        "20 characters; expected textLengthMax, 10 (validate)",
      ],
    ],
  );
  for (const [path, content] of textsIn(ledger)) assertHidden(content, path);
  const program = new URL("../../../src/cli/main.ts", import.meta.url).pathname;
  const shown = execFileSync(
    process.execPath,
    [program, "ledger", "tail", "--config", gateway.configPath, "--json"],
    { env: { ...process.env, ...secrets }, encoding: "utf8" },
  );
  assert.match(shown, /request-beyond-limits/);
  assertHidden(shown, "ledger tail");
});
