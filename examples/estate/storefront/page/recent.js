/** The latest orders: a list at first, then every change as it happens. */
import { byId, element } from "./dom.js";
import { invoiceOf } from "./outcome.js";
import { paiseOf, rupees } from "./money.js";

const shownMax = 8;
const retryMs = 2000;
const cancellable = new Set(["placed", "paid", "packed"]);
const orders = new Map();

export function followOrders(onCancel) {
  connect(onCancel);
}

function connect(onCancel) {
  const source = new EventSource("api/events");
  source.addEventListener("open", async () => {
    setState("live", "live");
    // What happened while nobody listened comes from the list.
    await loadList(onCancel);
  });
  for (const kind of ["created", "status-changed", "cancelled", "invoiced"]) {
    source.addEventListener(kind, ({ data }) => {
      const { order } = JSON.parse(data);
      orders.set(order.id, order);
      show(onCancel, order.id);
    });
  }
  source.addEventListener("error", () => {
    setState("lost", "not connected, trying again");
    // A stream that broke is resumed by the browser; one that was refused is not.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(onCancel), retryMs);
  });
}

async function loadList(onCancel) {
  const trouble = byId("recent-trouble");
  try {
    const answer = await fetch("api/orders");
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.steps?.[0]?.trouble ?? body.detail ?? body.title);
    for (const order of body.items) orders.set(order.id, order);
    trouble.hidden = true;
    show(onCancel);
  } catch (error) {
    trouble.textContent = `The list of orders is not to be had: ${error.message}`;
    trouble.hidden = false;
  }
}

function show(onCancel, freshId) {
  const sorted = [...orders.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  for (const old of sorted.splice(shownMax)) orders.delete(old.id);
  byId("orders").replaceChildren(...sorted.map((order) => orderItem(order, onCancel, freshId)));
}

function orderItem(order, onCancel, freshId) {
  const goods = order.lines.map((line) => `${line.quantity} × ${line.name}`).join(", ");
  const cancel = element(
    "button",
    { type: "button", onclick: () => onCancel(order.id), "aria-label": `Cancel ${order.id}` },
    "Cancel",
  );
  return element(
    "li",
    { className: order.id === freshId ? "fresh" : "", data: { order: order.id } },
    element(
      "span",
      { className: "id" },
      element("code", {}, order.id),
      element("span", { className: "when" }, new Date(order.createdAt).toLocaleTimeString()),
    ),
    element(
      "span",
      { className: "goods", title: order.cancelReason ?? "" },
      goods,
      element("span", { className: "invoice" }, ...invoiceOf(order)),
    ),
    element("span", { className: "price" }, rupees(paiseOf(order.total))),
    element("span", { className: "badge", data: { kind: kindOf(order.status) } }, order.status),
    cancellable.has(order.status) ? cancel : undefined,
  );
}

function kindOf(status) {
  if (status === "cancelled") return "bad";
  return status === "placed" ? "plain" : "good";
}

function setState(state, words) {
  const live = byId("live");
  live.dataset.state = state;
  live.textContent = words;
}
