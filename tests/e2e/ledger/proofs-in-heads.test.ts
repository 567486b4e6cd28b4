/** What proves who calls stands in no head that is kept, wherever a request carries it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";
import { ledgerFolder } from "./read-ledger.ts";

const key = "key-of-the-shop-0123456789";
const other = "another-key-of-the-shop-0123456789";
const wrong = "key-of-nobody-0123456789";

test("keys in queries, beside another proof and in addresses are in no head that is kept", async (t) => {
  const service = await runService(t);
  const more = `${ledgerFolder(t).text()}identity: { key: { query: k, cookie: session } }\n`;
  const text = configurationOf(service.url, { more, service: ", ledger: { capture: full }" });
  const callers = `callers:\n  shop: { keys: [${key}, ${other}], may: ["*"] }`;
  const gateway = await runGateway(t, text.replace("callers: open", callers));
  const headOf = async (path: string, headers: Readonly<Record<string, string>>, status = 200) => {
    const answer = await fetch(gateway.url + path, { headers });
    await answer.text();
    assert.equal(answer.status, status);
    const id = answer.headers.get("parlance-exchange");
    const shown = await fetch(`${gateway.adminUrl}/api/v1/ledger/exchanges/${id}?bodies=true`);
    const { bodies } = (await shown.json()) as { bodies: { requestHead: { text: string } } };
    const head = bodies.requestHead.text;
    for (const secret of [key, other, wrong]) assert.ok(!head.includes(secret.slice(8)), head);
    return head;
  };
  assert.match(await headOf(`/echo/x?a=1&k=${key}&z=2`, {}), /^GET \/echo\/x\?a=1&z=2 +HTTP\/1\.1/);
  assert.match(await headOf(`/echo/x?k=${key}`, {}), /^GET \/echo\/x +HTTP\/1\.1/);
  await headOf(`/echo/x?k=${wrong}`, {}, 401);
  await headOf(`/echo/x?k=${key}`, { "x-api-key": wrong }, 401);
  await headOf("/echo/x", { cookie: `a=b; session=${other}` });
  const beside = { "x-api-key": key, authorization: `Bearer ${other}` };
  assert.match(await headOf("/echo/x", beside), /^authorization: \*\*\*\r$/im);
  const from = { "x-api-key": key, referer: `${gateway.url}/echo/?k=${other}&a=1` };
  assert.match(await headOf("/echo/x", from), /^referer: \S+\/echo\/\?k=\*\*\*&a=1\r$/im);
});
