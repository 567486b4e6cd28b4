/** The page: shelf, basket, buying. */
import { byId, drawing, element } from "./dom.js";
import { paiseOf, rupees } from "./money.js";
import { outcomeOf, showOutcome } from "./outcome.js";
import { followOrders } from "./recent.js";

const customer = "asha@example.org";
const quantityMax = 99;
let products = [];
const basket = new Map();
let isBusy = false;

async function loadShelf() {
  try {
    const answer = await fetch("api/catalogue");
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail ?? body.title);
    products = body.products;
    byId("gateway").textContent = body.gateway.replace(/^https?:\/\//, "");
    byId("via").hidden = false;
    byId("products").replaceChildren(...products.map(productItem));
  } catch (error) {
    byId("shelf-trouble").textContent = `The catalogue is not to be had: ${error.message}`;
    byId("shelf-trouble").hidden = false;
  }
}

function productItem(product) {
  return element(
    "li",
    { className: "product" },
    element("div", { className: "picture" }, drawing(product.drawing)),
    element(
      "div",
      { className: "text" },
      element("h3", {}, product.name),
      element("p", { className: "about" }, product.about),
    ),
    element(
      "div",
      { className: "foot" },
      element("span", { className: "price" }, rupees(paiseOf(product.price))),
      element(
        "button",
        {
          type: "button",
          onclick: () => change(product.sku, 1),
          "aria-label": `Add ${product.name}`,
        },
        "Add",
      ),
    ),
  );
}

function change(sku, by) {
  const quantity = Math.min(quantityMax, (basket.get(sku) ?? 0) + by);
  if (quantity > 0) basket.set(sku, quantity);
  else basket.delete(sku);
  showBasket();
}

function showBasket() {
  let total = 0n;
  const lines = [];
  for (const [sku, quantity] of basket) {
    const product = products.find((candidate) => candidate.sku === sku);
    const paise = paiseOf(product.price) * BigInt(quantity);
    total += paise;
    lines.push(lineItem(product, quantity, paise));
  }
  byId("lines").replaceChildren(...lines);
  byId("cart-empty").hidden = lines.length > 0;
  byId("total-row").hidden = lines.length === 0;
  byId("total").textContent = rupees(total);
  byId("buy").disabled = isBusy || lines.length === 0;
  byId("buy").textContent = isBusy ? "Buying …" : "Buy";
}

function lineItem(product, quantity, paise) {
  const step = (sign, by, words) =>
    element(
      "button",
      {
        type: "button",
        onclick: () => change(product.sku, by),
        "aria-label": `${words} ${product.name}`,
      },
      sign,
    );
  return element(
    "li",
    {},
    element("span", {}, product.name),
    element(
      "span",
      { className: "count" },
      step("−", -1, "One less of"),
      String(quantity),
      step("+", 1, "One more of"),
    ),
    element("span", { className: "price" }, rupees(paise)),
  );
}

/** Sends, shows what came of it, and says so when nothing answers at all. */
async function send(address, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    showOutcome(await outcomeOf(answer), answer.ok);
    return answer.ok;
  } catch (error) {
    showOutcome({ message: `Nothing answered: ${error.message}`, steps: [] }, false);
    return false;
  }
}

async function buy(event) {
  event.preventDefault();
  if (isBusy) return;
  isBusy = true;
  showBasket();
  const items = [...basket].map(([sku, quantity]) => ({ sku, quantity }));
  if (await send("api/purchases", { items, customer, payer: byId("payer").value })) basket.clear();
  isBusy = false;
  showBasket();
}

byId("buy-form").addEventListener("submit", buy);
followOrders((id) => send(`api/orders/${id}/cancel`, {}));
await loadShelf();
