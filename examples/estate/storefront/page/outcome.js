/** What happened: every call that a purchase made, and who broke it when one failed. */
import { byId, element } from "./dom.js";

const blamed = {
  client: "the caller's request",
  gateway: "the gateway",
  service: "the service behind the gateway",
  policy: "a rule of the gateway",
};

export function showOutcome(outcome, isGood) {
  const verdict = byId("verdict");
  verdict.textContent = outcome.message;
  verdict.dataset.good = isGood ? "yes" : "no";
  byId("invoice").replaceChildren(...invoiceOf(outcome.order));
  byId("steps").replaceChildren(...outcome.steps.map(stepItem));
  byId("outcome").hidden = false;
  byId("outcome").scrollIntoView({ block: "nearest", behavior: "smooth" });
}

/** The invoice of an order in words; why there is none, when billing gave none. */
export function invoiceOf(order) {
  if (order?.invoice === undefined) return [];
  const { state, number, reason } = order.invoice;
  if (number === undefined) return [`No invoice: ${reason}`];
  const words = state === "issued" ? "" : `, ${state}`;
  const trouble = reason === undefined ? "" : `; ${reason}`;
  return ["Invoice ", element("code", {}, number), `${words}${trouble}`];
}

/** When not even the storefront answered as it should: its own status and words are all there is. */
export async function outcomeOf(answer) {
  const type = answer.headers.get("content-type") ?? "";
  const body = type.includes("json") ? await answer.json() : { detail: await answer.text() };
  if (Array.isArray(body.steps)) return body;
  const step = {
    what: "Ask the storefront",
    method: "POST",
    address: answer.url,
    status: answer.status,
    durationMs: undefined,
    exchange: answer.headers.get("parlance-exchange") ?? undefined,
    fault: answer.headers.get("parlance-fault") ?? undefined,
    trouble: body.detail ?? body.title ?? answer.statusText,
  };
  return { kind: "failed", message: "The storefront did not take this.", steps: [step] };
}

function stepItem(step, index) {
  const good = step.trouble === undefined;
  const { method, address, exchange, fault, note, trouble } = step;
  return element(
    "li",
    { data: { good: good ? "yes" : "no" } },
    element("span", { className: "number" }, String(index + 1)),
    element("span", { className: "what" }, step.what),
    element(
      "span",
      { className: "badge", data: { kind: good ? "good" : "bad" } },
      step.status === undefined ? "no answer" : String(step.status),
    ),
    element(
      "span",
      { className: "duration" },
      step.durationMs === undefined ? "" : `${step.durationMs.toFixed(1)} ms`,
    ),
    element("span", { className: "detail" }, element("code", {}, `${method} ${address}`)),
    exchange &&
      element("span", { className: "detail" }, "Exchange ", element("code", {}, exchange)),
    note && element("span", { className: "why" }, note),
    trouble && element("span", { className: "why" }, trouble),
    fault &&
      element("span", { className: "why" }, `Who broke it: ${blamed[fault] ?? fault} (${fault})`),
  );
}
