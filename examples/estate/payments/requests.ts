/** From a document to a checked request; everything that is wrong is named with its element. */
import { toPaise } from "./amount.ts";
import { type CollectOrPay, type Party, Refusal, type RefundRequest } from "./payment.ts";
import type { XmlElement } from "./read-xml.ts";

const txnIdForm = /^[A-Za-z0-9][A-Za-z0-9-]{7,34}$/;
const addressForm = /^[a-z0-9][a-z0-9.-]{1,63}@[a-z][a-z0-9]{1,31}$/;
const paiseMax = 100_000_00n;

export function readTxnId(text: string, where: string): string {
  if (txnIdForm.test(text)) return text;
  throw invalid(`${where} "${text}" must be 8 to 35 letters, digits and hyphens`);
}

export function readCollectOrPay(root: XmlElement, kind: "COLLECT" | "PAY"): CollectOrPay {
  const optional = kind === "PAY" ? ["collectTxnId"] : [];
  const rootName = kind === "PAY" ? "PayRequest" : "CollectRequest";
  expectShape(root, rootName, ["txnId"], optional);
  const parts = childrenOf(root, ["Payer", "Payee", "Amount"], ["Note"]);
  const collectTxnId = root.attributes.get("collectTxnId");
  return {
    txnId: readTxnId(attribute(root, "txnId"), "txnId"),
    payer: readParty(parts.get("Payer") as XmlElement),
    payee: readParty(parts.get("Payee") as XmlElement),
    paise: readAmount(parts.get("Amount") as XmlElement),
    ...readNote(parts.get("Note")),
    ...(collectTxnId === undefined
      ? {}
      : { collectTxnId: readTxnId(collectTxnId, "collectTxnId") }),
  };
}

export function readRefund(root: XmlElement): RefundRequest {
  expectShape(root, "RefundRequest", ["txnId", "originalTxnId"], []);
  const parts = childrenOf(root, ["Amount"], ["Note"]);
  return {
    txnId: readTxnId(attribute(root, "txnId"), "txnId"),
    originalTxnId: readTxnId(attribute(root, "originalTxnId"), "originalTxnId"),
    paise: readAmount(parts.get("Amount") as XmlElement),
    ...readNote(parts.get("Note")),
  };
}

function readParty(element: XmlElement): Party {
  expectShape(element, element.name, ["addr"], ["name"]);
  childrenOf(element, [], []);
  const addr = attribute(element, "addr");
  if (!addressForm.test(addr)) {
    throw invalid(`<${element.name}> addr "${addr}" is not an address like asha@okbank`);
  }
  const name = element.attributes.get("name");
  if (name !== undefined && name.length > 99) {
    throw invalid(`<${element.name}> name is longer than 99 characters`);
  }
  return name === undefined ? { addr } : { addr, name };
}

function readAmount(element: XmlElement): bigint {
  expectShape(element, "Amount", ["value", "curr"], []);
  childrenOf(element, [], []);
  const value = attribute(element, "value");
  const currency = attribute(element, "curr");
  if (currency !== "INR") throw invalid(`<Amount> curr "${currency}" must be INR`);
  const paise = toPaise(value);
  if (paise === undefined) {
    const form = "a decimal with at most two places, like 699.00";
    throw new Refusal(400, "AMOUNT_INVALID", `<Amount> value "${value}" must be ${form}`);
  }
  if (paise <= 0n || paise > paiseMax) {
    const range = "more than 0.00 and at most 100000.00";
    throw new Refusal(400, "AMOUNT_INVALID", `<Amount> value "${value}" must be ${range}`);
  }
  return paise;
}

function readNote(element: XmlElement | undefined): { readonly note?: string } {
  if (element === undefined) return {};
  expectShape(element, "Note", [], []);
  if (element.children.length > 0) throw invalid("<Note> takes text only");
  if (element.text.length > 50) throw invalid("<Note> is longer than 50 characters");
  return { note: element.text };
}

function expectShape(
  element: XmlElement,
  name: string,
  required: readonly string[],
  optional: readonly string[],
): void {
  if (element.name !== name) throw invalid(`the root is <${element.name}>; expected <${name}>`);
  for (const known of element.attributes.keys()) {
    if (required.includes(known) || optional.includes(known)) continue;
    throw invalid(`<${name}> does not know the attribute ${known}`);
  }
  for (const wanted of required) attribute(element, wanted);
}

function childrenOf(
  element: XmlElement,
  required: readonly string[],
  optional: readonly string[],
): ReadonlyMap<string, XmlElement> {
  const found = new Map<string, XmlElement>();
  if (element.text.trim() !== "") throw invalid(`<${element.name}> takes no text`);
  for (const child of element.children) {
    if (!required.includes(child.name) && !optional.includes(child.name)) {
      throw invalid(`<${element.name}> does not know <${child.name}>`);
    }
    if (found.has(child.name)) throw invalid(`<${child.name}> stands twice`);
    found.set(child.name, child);
  }
  for (const name of required) {
    if (!found.has(name)) throw invalid(`<${element.name}> lacks <${name}>`);
  }
  return found;
}

function attribute(element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined) throw invalid(`<${element.name}> lacks the attribute ${name}`);
  return value;
}

function invalid(message: string): Refusal {
  return new Refusal(400, "REQUEST_INVALID", message);
}
