/** The payments service: exact amounts, idempotence, refunds, and XML that is refused. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { readProjectFile } from "#tests/support/source-files.ts";
import { startService, temporaryFolder, type RunningProgram } from "./start-service.ts";

const folder = temporaryFolder();
let service: RunningProgram;

const start = (): Promise<RunningProgram> =>
  startService("payments", { PAYMENTS_FILE: `${folder.path}/payments.sqlite` });

before(async () => {
  service = await start();
});

after(async () => {
  assert.equal(await service.stop(), 0);
  folder.remove();
});

interface Wanted {
  readonly txnId: string;
  readonly root?: string;
  readonly attributes?: string;
  readonly payer?: string;
  readonly value?: string;
}

function request({ txnId, root = "PayRequest", attributes, payer, value }: Wanted): string {
  return (
    `<${root} xmlns="urn:example:payments:1" txnId="${txnId}" ${attributes ?? ""}>` +
    `<Payer addr="${payer ?? "asha@okbank"}"/><Payee addr="shop@okbank" name="A &amp; B"/>` +
    `<Amount value="${value ?? "699.00"}" curr="INR"/></${root}>`
  );
}

function refund(txnId: string, originalTxnId: string, value: string): string {
  return (
    `<RefundRequest xmlns="urn:example:payments:1" txnId="${txnId}" ` +
    `originalTxnId="${originalTxnId}"><Amount value="${value}" curr="INR"/></RefundRequest>`
  );
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(
  path: string,
  body: string | Buffer,
  type = "application/xml",
): Promise<Answer> {
  const headers = { "content-type": type };
  const sent = typeof body === "string" ? body : new Uint8Array(body);
  const answer = await fetch(service.url + path, { method: "POST", headers, body: sent });
  assert.match(answer.headers.get("content-type") ?? "", /^application\/xml/);
  return { status: answer.status, text: await answer.text() };
}

async function statusOf(txnId: string): Promise<string> {
  const answer = await fetch(`${service.url}/payments/${txnId}`);
  assert.equal(answer.status, 200);
  return answer.text();
}

test("a payment succeeds, and its status says the same after a restart", async () => {
  const paid = await post("/pay", request({ txnId: "T-0000001" }));
  assert.equal(paid.status, 201);
  assert.match(paid.text, /status="SUCCESS"/);
  assert.match(paid.text, /<Amount value="699.00" curr="INR"\/>/);
  assert.match(paid.text, /name="A &amp; B"/);
  assert.equal(await service.stop(), 0);
  service = await start();
  assert.equal(await statusOf("T-0000001"), paid.text);
});

test("a repeated payment changes nothing, a different one under its id is refused", async () => {
  const body = request({ txnId: "T-0000002" });
  const once = await post("/pay", body);
  const again = await post("/pay", body);
  assert.deepEqual([once.status, again.status], [201, 200]);
  assert.equal(again.text, once.text);
  const other = await post("/pay", request({ txnId: "T-0000002", value: "699.01" }));
  assert.equal(other.status, 409);
  assert.match(other.text, /code="TXN_ID_REUSED"/);
});

test("refunds add up exactly to the payment and not a paisa more", async () => {
  await post("/pay", request({ txnId: "T-0000003", value: "0.3" }));
  assert.equal((await post("/refund", refund("R-0000031", "T-0000003", "0.1"))).status, 201);
  assert.equal((await post("/refund", refund("R-0000032", "T-0000003", "0.20"))).status, 201);
  const tooMuch = await post("/refund", refund("R-0000033", "T-0000003", "0.01"));
  assert.equal(tooMuch.status, 409);
  assert.match(tooMuch.text, /<Message>0.00 of T-0000003 can still be given back/);
  assert.equal((await post("/refund", refund("R-0000032", "T-0000003", "0.20"))).status, 200);
  const status = await statusOf("T-0000003");
  assert.match(status, /<Amount value="0.30" curr="INR"\/>/);
  assert.equal([...status.matchAll(/<Refund /g)].length, 2);
});

test("an account without money declines, and what was declined cannot be refunded", async () => {
  const declined = await post("/pay", request({ txnId: "T-0000004", payer: "empty@okbank" }));
  assert.equal(declined.status, 201);
  assert.match(declined.text, /status="DECLINED" reason="INSUFFICIENT_FUNDS"/);
  assert.equal((await post("/refund", refund("R-0000041", "T-0000004", "1"))).status, 409);
});

test("a collect stays open until a payment of the same parties and amount settles it", async () => {
  const collect = await post("/collect", request({ txnId: "C-0000005", root: "CollectRequest" }));
  assert.match(collect.text, /kind="COLLECT" status="PENDING"/);
  const attributes = 'collectTxnId="C-0000005"';
  const wrong = await post("/pay", request({ txnId: "T-0000051", attributes, value: "1" }));
  assert.equal(wrong.status, 409);
  const right = await post("/pay", request({ txnId: "T-0000052", attributes }));
  assert.equal(right.status, 201);
  assert.match(await statusOf("C-0000005"), /status="SUCCESS" settledBy="T-0000052"/);
  const late = await post("/pay", request({ txnId: "T-0000053", attributes }));
  assert.equal(late.status, 409);
});

for (const value of [
  "1e3",
  "0",
  "0.00",
  "-1.00",
  "1.001",
  "01.00",
  "1,00",
  " 1",
  "100000.01",
  "",
]) {
  test(`"${value}" is not an amount`, async () => {
    const answer = await post("/pay", request({ txnId: "T-0000006", value }));
    assert.equal(answer.status, 400);
    assert.match(answer.text, /code="AMOUNT_INVALID"/);
  });
}

const valid = request({ txnId: "T-0000007" });
const hostile: readonly [what: string, document: string | Buffer][] = [
  ["a document type", `<!DOCTYPE PayRequest>${valid}`],
  ["an external entity", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${valid}`],
  ["entities that grow", `<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>${valid}`],
  ["an undefined entity", valid.replace("asha@okbank", "&who;")],
  ["mismatched tags", valid.replace("</PayRequest>", "</payRequest>")],
  ["a missing end", valid.replace("</PayRequest>", "")],
  ["two roots", valid + valid],
  ["an attribute twice", valid.replace("curr=", 'value="1" curr=')],
  ["no namespace", valid.replace(/ xmlns="[^"]*"/, "")],
  ["a foreign element", valid.replace("<Amount", '<x xmlns="urn:x"/><Amount')],
  ["a processing instruction", `<?php echo 1 ?>${valid}`],
  ["another encoding", `<?xml version="1.0" encoding="ISO-8859-1"?>${valid}`],
  ["bytes that are not UTF-8", Buffer.from(valid.replace("A &amp; B", "\xff"), "latin1")],
  ["a control character", valid.replace("A &amp; B", "\u0001")],
  ["depth without end", "<a xmlns='urn:example:payments:1'>".repeat(1_000)],
  ["an empty document", " "],
];

for (const [what, document] of hostile) {
  test(`${what} is refused with an error document`, async () => {
    const answer = await post("/pay", document);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /<Error [^>]*code="(XML_INVALID|REQUEST_INVALID)"/);
    assert.equal((await fetch(`${service.url}/payments/T-0000007`)).status, 404);
  });
}

const misshapen: readonly [what: string, document: string, says: RegExp][] = [
  ["an unknown element", valid.replace("<Amount", "<Tip/><Amount"), /does not know &lt;Tip&gt;/],
  ["an unknown attribute", valid.replace("txnId", 'x="1" txnId'), /attribute x/],
  ["an element twice", valid.replace("<Amount", '<Payer addr="a@okbank"/><Amount'), /twice/],
  ["text between elements", valid.replace("<Amount", "hello<Amount"), /takes no text/],
  ["a missing payee", valid.replace(/<Payee[^>]*>/, ""), /lacks &lt;Payee&gt;/],
  ["another currency", valid.replace("INR", "USD"), /must be INR/],
  ["another root", valid.replaceAll("PayRequest", "CollectRequest"), /expected &lt;PayRequest&gt;/],
  ["an id that is too short", valid.replace("T-0000007", "T-7"), /8 to 35/],
];

for (const [what, document, says] of misshapen) {
  test(`${what} is refused by its name`, async () => {
    const answer = await post("/pay", document);
    assert.equal(answer.status, 400);
    assert.match(answer.text, says);
  });
}

test("JSON, a body beyond 64 KiB and an unknown payment have their own answers", async () => {
  assert.equal((await post("/pay", "{}", "application/json")).status, 415);
  assert.equal((await post("/pay", " ".repeat(70_000))).status, 413);
  const unknown = await fetch(`${service.url}/payments/T-9999999`);
  assert.equal(unknown.status, 404);
  assert.match(await unknown.text(), /code="NO_SUCH_PAYMENT"/);
  const accept = { accept: "application/json" };
  assert.equal((await fetch(`${service.url}/payments/T-0000001`, { headers: accept })).status, 406);
  const control = await fetch(`${service.url}/payments/%01%02`);
  assert.equal(control.status, 400);
  assert.doesNotMatch(await control.text(), /[\u0001\u0002]/);
});

test("the contract is served as it is written", async () => {
  const written: unknown = parse(readProjectFile("examples/estate/payments/payments.openapi.yaml"));
  const answer = await fetch(`${service.url}/openapi.json`);
  assert.deepEqual(await answer.json(), written);
});
