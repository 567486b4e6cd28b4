/**
 * The shop's page in a real browser, through the gateway: buying, declines, outages, live orders.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chromium, type Browser, type Page } from "playwright-core";
import { findTool, lacks } from "#tests/support/tools.ts";
import { startEstate, type RunningEstate } from "./start-estate.ts";

const browserArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

describe("the shop's page", { skip: lacks("chromium") }, () => {
  let estate: RunningEstate;
  let browser: Browser;

  before(async () => {
    const executablePath = findTool("chromium") ?? "";
    estate = await startEstate();
    browser = await chromium.launch({ executablePath, args: browserArguments });
  });

  after(async () => {
    await browser?.close();
    await estate?.close();
  });

  async function openShop(width = 1280): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(20_000);
    await page.goto(`${estate.gatewayUrl}/storefront/`);
    await page.getByRole("button", { name: "Add Assam tea" }).waitFor();
    return page;
  }

  async function buy(page: Page): Promise<string> {
    await page.getByRole("button", { name: "Add Assam tea" }).click();
    await page.getByRole("button", { name: "Buy", exact: true }).click();
    const verdict = page.locator("#verdict");
    await verdict.filter({ hasText: /\S/ }).waitFor();
    return (await verdict.textContent()) ?? "";
  }

  test("buys: three calls, each through the gateway and with its exchange id", async () => {
    const page = await openShop();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.getByRole("button", { name: "Add Steel kettle" }).click();
    await page.getByRole("button", { name: "One more of Steel kettle" }).click();
    assert.equal(await page.locator("#total").textContent(), "₹1,799.98");
    assert.match(await buy(page), /^Order o-[0-9a-f]{16} is placed and paid\.$/);
    const steps = await page.locator("#steps li").allInnerTexts();
    assert.equal(steps.length, 3);
    assert.match(await page.locator("#invoice").innerText(), /^Invoice 90071992547409\d\d, paid$/);
    const calls = [
      "POST .*/orders/orders",
      "POST .*/payments/pay",
      "PUT .*/orders/orders/o-.*/status",
    ];
    for (const [index, call] of calls.entries()) {
      const step = steps[index] ?? "";
      assert.match(step, new RegExp(call));
      assert.ok(step.includes(estate.gatewayUrl), step);
      assert.match(step, /Exchange\s+\S{8,}/);
      assert.match(step, /\d+\.\d ms/);
    }
    assert.deepEqual(errors, []);
    await page.close();
  });

  test("a declined payment is said, and the order is cancelled", async () => {
    const page = await openShop();
    await page.locator("#payer").selectOption("empty@okbank");
    assert.match(await buy(page), /declined: not enough money.*is cancelled/);
    assert.match(await page.locator("#steps").innerText(), /The bank declined: INSUFFICIENT_FUNDS/);
    await page.close();
  });

  test("a refused request names the one who broke it", async () => {
    const page = await openShop();
    await page.locator("#payer").selectOption("not an address");
    assert.match(await buy(page), /The payment failed: <Payer> addr "not an address"/);
    await page.close();
  });

  test("an outage of payments is shown with its fault, and over when payments is back", async () => {
    const page = await openShop();
    await estate.payments.stop();
    try {
      assert.match(await buy(page), /^Nobody can say whether order o-\w+ was paid/);
      const pay = await page.locator("#steps li").nth(1).innerText();
      assert.match(pay, /50[234]/);
      assert.match(pay, /Who broke it: the service behind the gateway \(service\)/);
      assert.match(pay, /Exchange\s+\S{8,}/);
    } finally {
      await estate.payments.start();
    }
    const later = await openShop();
    assert.match(await buy(later), /is placed and paid/);
    await page.close();
    await later.close();
  });

  test("without billing an order is placed and paid all the same, and says so", async () => {
    const page = await openShop();
    await estate.billing.stop();
    try {
      assert.match(await buy(page), /is placed and paid/);
      assert.match(await page.locator("#invoice").innerText(), /^No invoice: .*instance/);
    } finally {
      await estate.billing.start();
    }
    await page.close();
  });

  test("an order that somebody else places appears by itself, and can be cancelled", async () => {
    const page = await openShop();
    await page.locator("#live[data-state=live]").waitFor();
    const order = await placeOrder(estate);
    const row = page.locator(`[data-order=${order}]`);
    await row.waitFor();
    assert.match(await row.innerText(), /placed/);
    await row.filter({ hasText: /Invoice 90071992547409\d\d/ }).waitFor();
    await page.getByRole("button", { name: `Cancel ${order}` }).click();
    await row.filter({ hasText: "cancelled" }).waitFor();
    // The row may hear of it first.
    const verdict = page.locator("#verdict").filter({ hasText: "cancelled" });
    assert.match((await verdict.textContent()) ?? "", /is cancelled/);
    await page.close();
  });

  test("nothing is cut off on a screen of 400 pixels, and the slash at the end may be missing", async () => {
    const page = await openShop(400);
    await page.goto(`${estate.gatewayUrl}/storefront`);
    await page.waitForURL("**/storefront/");
    await buy(page);
    const [content, screen] = await page.evaluate<number[]>(
      "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
    );
    assert.equal(content, screen);
    await page.close();
  });

  test("the storefront's key opens orders and payments, the browser's none does not", async () => {
    const { gatewayUrl, storefrontKey, ordersKey } = estate;
    const list = (headers: Record<string, string>) =>
      fetch(`${gatewayUrl}/orders/orders`, { headers });
    assert.equal((await list({ "x-api-key": storefrontKey })).status, 200);
    const refusals = [
      { headers: {}, status: 403, fault: "policy" },
      { headers: { "x-api-key": ordersKey }, status: 403, fault: "policy" },
      { headers: { "x-api-key": "wrong" }, status: 401, fault: "client" },
    ];
    for (const { headers, status, fault } of refusals) {
      const answer = await list(headers);
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get("parlance-fault"), fault);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    }
  });
});

async function placeOrder({ gatewayUrl, storefrontKey }: RunningEstate): Promise<string> {
  const lines = [{ sku: "CUP-CLAY-6", name: "Clay cups", quantity: 1, unitPrice: "180.00" }];
  const answer = await fetch(`${gatewayUrl}/orders/orders`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": storefrontKey },
    body: JSON.stringify({ customer: "ravi", lines }),
  });
  assert.equal(answer.status, 201);
  return ((await answer.json()) as { id: string }).id;
}
