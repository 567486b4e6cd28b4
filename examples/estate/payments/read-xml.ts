/** Request documents as a small tree: namespaces resolved, no DTD, bounded in depth and size. */
import { SaxesParser } from "saxes";
import { Refusal } from "./payment.ts";

export const namespace = "urn:example:payments:1";
const depthMax = 8;
const elementsMax = 100;

export interface XmlElement {
  /** Local name; the namespace has been checked. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

export function readXml(bytes: Uint8Array): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  const refuse = (why: string): never => {
    const place = { line: parser.line, column: parser.column + 1 };
    throw new Refusal(400, "XML_INVALID", why, place);
  };
  parser.on("error", (error) => refuse(error.message.replace(/^\d+:\d+: /, "")));
  parser.on("doctype", () => refuse("a document type declaration is not accepted"));
  parser.on("processinginstruction", () => refuse("a processing instruction is not accepted"));
  parser.on("xmldecl", ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== "utf-8") {
      refuse(`the encoding must be UTF-8, not ${encoding}`);
    }
  });
  parser.on("opentag", (tag) => {
    if (++elements > elementsMax) refuse(`more than ${elementsMax} elements`);
    if (open.length >= depthMax) refuse(`elements nested deeper than ${depthMax}`);
    if (tag.uri !== namespace) {
      refuse(`<${tag.name}> is in the namespace "${tag.uri}"; expected "${namespace}"`);
    }
    const attributes = new Map<string, string>();
    for (const { name, prefix, value } of Object.values(tag.attributes)) {
      if (name === "xmlns" || prefix === "xmlns") continue;
      if (prefix !== "") refuse(`<${tag.name}> does not know the attribute ${name}`);
      attributes.set(name, value);
    }
    const element: XmlElement = { name: tag.local, attributes, children: [], text: "" };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("closetag", () => void open.pop());
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, "XML_INVALID", "the document is not UTF-8");
  }
  parser.write(text).close();
  return root ?? refuse("the document is empty");
}
