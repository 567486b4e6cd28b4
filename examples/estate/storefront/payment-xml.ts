/** The payments service speaks XML: requests written by a builder, answers read by a parser. */
import { SaxesParser } from "saxes";
import { create } from "xmlbuilder2";

const namespace = "urn:example:payments:1";

export function payRequest(txnId: string, payer: string, amount: string, note: string): string {
  return write("PayRequest", {
    "@txnId": txnId,
    Payer: { "@addr": payer },
    Payee: { "@addr": "kettle@okbank", "@name": "Kettle & Copper" },
    Amount: { "@value": amount, "@curr": "INR" },
    Note: note,
  });
}

export function refundRequest(txnId: string, originalTxnId: string, amount: string): string {
  return write("RefundRequest", {
    "@txnId": txnId,
    "@originalTxnId": originalTxnId,
    Amount: { "@value": amount, "@curr": "INR" },
  });
}

/** Attributes of the root element; throws when the document is not well-formed. */
export function rootAttributes(document: string): Readonly<Record<string, string>> {
  return read(document).attributes;
}

/** Text of `<Message>` in an error document; undefined when it is none. */
export function errorMessage(document: string): string | undefined {
  try {
    return read(document).message;
  } catch {
    return undefined;
  }
}

interface Document {
  readonly attributes: Readonly<Record<string, string>>;
  readonly message: string | undefined;
}

function read(document: string): Document {
  const parser = new SaxesParser();
  const open: string[] = [];
  let attributes: Record<string, string> | undefined;
  let message: string | undefined;
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => {
    attributes ??= { ...tag.attributes };
    open.push(tag.name);
  });
  parser.on("closetag", () => void open.pop());
  parser.on("text", (text) => {
    if (open.at(-1) === "Message") message = (message ?? "") + text;
  });
  parser.write(document).close();
  return { attributes: attributes ?? {}, message };
}

function write(name: string, content: Record<string, unknown>): string {
  const document = { [name]: { "@xmlns": namespace, ...content } };
  return create({ version: "1.0", encoding: "UTF-8" }, document).end();
}
