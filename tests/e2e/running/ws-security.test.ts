/** WS-Security in a gateway of several workers: what counts once, and what stands on record. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { nodeDisk, nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { openBodies } from "#ledger/bodies/read-bodies.ts";
import { openKeyStore } from "#ledger/bodies/subject-keys.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { envelope } from "#protocols/soap/message-fixture.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { ledgerFolder, readLedger } from "../ledger/read-ledger.ts";
import { runGateway } from "./run-gateway.ts";

const password = "the-clerks-password-7f3a9c";
const wss = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";

function named(secret: string, type: string, more = ""): string {
  const kind = `${wss}-username-token-profile-1.0#Password${type}`;
  const content =
    `<w:UsernameToken><w:Username>clerk</w:Username>` +
    `<w:Password Type="${kind}">${secret}</w:Password>${more}</w:UsernameToken>`;
  const security = `<w:Security xmlns:w="${wss}-wssecurity-secext-1.0.xsd">${content}</w:Security>`;
  return envelope('<getInvoice xmlns="urn:example:billing"><id>1</id></getInvoice>', security);
}

function digested(): string {
  const nonce = randomBytes(16);
  const created = new Date().toISOString();
  const hash = createHash("sha1").update(nonce).update(created).update(password);
  const utility = `xmlns:u="${wss}-wssecurity-utility-1.0.xsd"`;
  const times = `<u:Created ${utility}>${created}</u:Created>`;
  return named(
    hash.digest("base64"),
    "Digest",
    `<w:Nonce>${nonce.toString("base64")}</w:Nonce>${times}`,
  );
}

async function startInstance(t: TestContext): Promise<string> {
  const answer = envelope(
    '<getInvoiceResponse xmlns="urn:example:billing"><invoice><id>1</id><card>c</card>' +
      '<line><sku>a</sku><price currency="EUR">1.10</price></line></invoice></getInvoiceResponse>',
  );
  const url = await listenHttp(t, (request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/xml" }).end(answer);
    });
  });
  return `${url}/billing`;
}

test("a proof counts once among all workers, and its caller stands on record, without its secret", async (t) => {
  const folder = temporaryFolder(t);
  const contract = join(folder, "billing.wsdl");
  writeFileSync(contract, billingWsdl);
  const last: (() => void)[] = [];
  const ledger = ledgerFolder({ after: (run) => last.push(run as () => void) });
  const instances = `["${await startInstance(t)}"]`;
  const gateway = await runGateway(
    t,
    `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 3 }
services:
  billing: { contract: ${contract}, instances: ${instances}, ledger: { capture: full } }
callers:
  clerk:
    wsSecurity: { username: clerk, password: "\${CLERK_PASSWORD}", withoutTls: true }
    may: ["billing.*"]
${ledger.text()}log: { level: debug, exchanges: all }
`,
    { env: { CLERK_PASSWORD: password } },
  );
  for (const run of last) t.after(run);
  const send = async (body: string) => {
    const headers = { "content-type": "text/xml", connection: "close" };
    const answered = await fetch(`${gateway.url}/soap/billing`, { method: "POST", headers, body });
    const text = await answered.text();
    return { status: answered.status, text, id: answered.headers.get("parlance-exchange") ?? "" };
  };
  for (let round = 0; round < 5; round += 1) {
    const body = digested();
    const told = await Promise.all(Array.from({ length: 12 }, () => send(body)));
    const good = told.filter(({ status }) => status === 200);
    assert.equal(good.length, 1, "one of twelve");
    const refused = told.filter(({ text }) => text.includes("received before"));
    assert.equal(refused.length, 11);
  }
  const { id, status } = await send(named(password, "Text"));
  assert.equal(status, 200);
  const stranger = await send(named("wrong", "Text"));
  assert.equal(stranger.status, 500);

  const read = readLedger(ledger.path);
  const entry = read.exchange(id);
  assert.partialDeepStrictEqual(entry, {
    caller: "clerk",
    authentication: "message",
    operation: "getInvoice",
    redactions: ["Password"],
  });
  const other = read.exchange(stranger.id);
  assert.equal(other.authentication, "none");
  assert.notEqual(other.subject, entry.subject, "the data of nobody is not the clerk's");
  const keys = openKeyStore(nodeDisk, nodePlatform.random, ledger.path, false);
  assert.ok(!isProblem(keys));
  const kept = openBodies(nodeDisk, ledger.path, keys).read(entry);
  assert.ok(!isProblem(kept), JSON.stringify(kept));
  const body = kept.requestBody?.bytes.toString() ?? "";
  assert.match(body, /<w:Password [^>]*>\*\*\*<\/w:Password>/);
  assert.match(body, /<id>1<\/id>/);

  const shown = await (await fetch(`${gateway.adminUrl}/api/v1/revisions/current`)).text();
  assert.match(shown, /"username":"clerk"/);
  for (const text of [shown, JSON.stringify(gateway.log)]) assert.ok(!text.includes(password));
  for (const name of readdirSync(ledger.folder, { recursive: true, encoding: "utf8" })) {
    const path = join(ledger.folder, name);
    if (statSync(path).isFile()) assert.ok(!readFileSync(path).includes(password), path);
  }
});
