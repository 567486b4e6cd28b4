/** A contract with most of what XML Schema offers, and an order under it, for tests and benches. */
import type { Contract } from "#contract/contract.ts";
import type { Field, NamedType, Type, XmlBinding } from "#contract/types.ts";

export const orderNamespace = "http://example.com/orders/2026/05";
const commonNamespace = "http://example.com/common/types";

export const string: Type = { kind: "string", whitespace: "preserve" };
const int: Type = { kind: "int", bits: 32, signed: true };
const money: Type = { kind: "decimal", digits: 18, scale: 4 };

export function element(name: string, namespace: string = orderNamespace): XmlBinding {
  return { node: "element", name, namespace };
}

export function attribute(name: string, namespace = ""): XmlBinding {
  return { node: "attribute", name, namespace };
}

export function field(name: string, type: Type, more: Partial<Field> = {}): Field {
  return { name, type, presence: "required", nullable: false, xml: element(name), ...more };
}

export function listOf(item: Type, min = 0, max?: number): Type {
  const list = { kind: "list", item, itemNullable: false, min } as const;
  return max === undefined ? list : { ...list, max };
}

export function contractOf(types: readonly NamedType[]): Contract {
  return {
    name: "test",
    version: "1",
    dialect: "soap",
    namespace: orderNamespace,
    types: new Map(types.map((type) => [type.name, type])),
    operations: [],
  };
}

const amount: NamedType = {
  name: "Amount",
  xmlName: { name: "Amount", namespace: commonNamespace },
  type: {
    kind: "record",
    fields: [
      field("value", money, { xml: { node: "text", name: "", namespace: "" } }),
      field("currency", string, { xml: attribute("currency") }),
    ],
  },
};

const address: NamedType = {
  name: "Address",
  xmlName: { name: "Address", namespace: commonNamespace },
  type: {
    kind: "record",
    fields: ["street", "city", "zip"].map((name) =>
      field(name, string, { xml: element(name, commonNamespace) }),
    ),
  },
};

const line: NamedType = {
  name: "Line",
  xmlName: { name: "Line", namespace: orderNamespace },
  type: {
    kind: "record",
    fields: [
      field("number", int, { xml: attribute("number") }),
      field("sku", string),
      field("description", string),
      field("quantity", int),
      field("price", { kind: "ref", name: "Amount" }),
      field("note", string, { presence: "optional", nullable: true }),
    ],
  },
};

const order: NamedType = {
  name: "Order",
  xmlName: { name: "Order", namespace: orderNamespace },
  type: {
    kind: "record",
    fields: [
      field("id", { kind: "int", bits: 64, signed: true }),
      field("placed", { kind: "dateTime", zone: "optional" }),
      field("customer", string),
      field("shipTo", { kind: "ref", name: "Address" }),
      field(
        "payment",
        {
          kind: "union",
          exclusive: true,
          variants: [
            { name: "card", type: string, xml: element("card") },
            { name: "invoice", type: { kind: "bool" }, xml: element("invoice") },
          ],
        },
        { xml: { node: "inline", name: "payment", namespace: "" } },
      ),
      field("lines", listOf({ kind: "ref", name: "Line" }, 1), { xml: element("line") }),
      field("total", { kind: "ref", name: "Amount" }),
    ],
  },
};

export const orderContract = contractOf([amount, address, line, order]);
export const orderElement = { name: "order", namespace: orderNamespace };
export const orderType: Type = { kind: "ref", name: "Order" };

const lines = Array.from({ length: 6 }, (_, index) => {
  const note = index % 3 === 0 ? '<note xsi:nil="true"/>' : `<note>Gift &amp; card ${index}</note>`;
  return (
    `      <line number="${index + 1}"><sku>SKU-00${index}42</sku>` +
    `<description>Widget, stainless steel, ${index}0 mm</description>` +
    `<quantity>${index + 2}</quantity>` +
    `<price currency="EUR">${index}9.9500</price>${note}</line>\n`
  );
});

/** 1.8 KB. */
export const orderXml = `<order xmlns="${orderNamespace}" xmlns:c="${commonNamespace}"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <id>9007199254740993</id>
  <placed>2026-05-04T10:11:12.345Z</placed>
  <customer>M\u00fcller &lt;GmbH&gt;</customer>
  <shipTo>
    <c:street>Hauptstra\u00dfe 1</c:street>
    <c:city>Berlin</c:city>
    <c:zip>10115</c:zip>
  </shipTo>
  <card>4111-1111-1111-1111</card>
${lines.join("")}  <total currency="EUR">209.7000</total>
</order>`;

export const orderEnvelope = `<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
<soap:Body>${orderXml}</soap:Body></soap:Envelope>`;
