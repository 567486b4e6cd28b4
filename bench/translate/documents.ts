/** An order in two contracts, as JSON and as XML: some 2 KB in SOAP, and as large as wanted. */
import protobuf from "protobufjs";

export const orderWsdl = `<?xml version="1.0"?>
<definitions name="Orders" targetNamespace="urn:bench:orders" xmlns:t="urn:bench:orders"
  xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:xs="http://www.w3.org/2001/XMLSchema">
 <types><xs:schema targetNamespace="urn:bench:orders" elementFormDefault="qualified">
  <xs:complexType name="Address"><xs:sequence><xs:element name="street" type="xs:string"/>
   <xs:element name="city" type="xs:string"/><xs:element name="country" type="xs:string"/>
   </xs:sequence></xs:complexType>
  <xs:complexType name="Line"><xs:sequence><xs:element name="sku" type="xs:string"/>
   <xs:element name="description" type="xs:string"/><xs:element name="quantity" type="xs:int"/>
   <xs:element name="price" type="xs:decimal"/><xs:element name="shipped" type="xs:boolean"/>
   </xs:sequence></xs:complexType>
  <xs:complexType name="Order"><xs:sequence><xs:element name="number" type="xs:long"/>
   <xs:element name="placedAt" type="xs:dateTime"/>
   <xs:element name="customer" type="xs:string"/>
   <xs:element name="address" type="t:Address"/>
   <xs:element name="note" type="xs:string" nillable="true"/>
   <xs:element name="line" type="t:Line" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
  <xs:element name="submit"><xs:complexType><xs:sequence>
  <xs:element name="order" type="t:Order"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="submitResponse"><xs:complexType><xs:sequence>
  <xs:element name="order" type="t:Order"/></xs:sequence></xs:complexType></xs:element>
 </xs:schema></types>
 <message name="submit"><part name="parameters" element="t:submit"/></message>
 <message name="submitResponse"><part name="parameters" element="t:submitResponse"/></message>
 <portType name="OrdersPort"><operation name="submit"><input message="t:submit"/>
 <output message="t:submitResponse"/></operation></portType>
 <binding name="OrdersBinding" type="t:OrdersPort">
 <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="submit"><soap:operation soapAction="urn:submit"/><input>
  <soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  </binding>
 <service name="Orders"><port name="Orders" binding="t:OrdersBinding">
 <soap:address location="http://127.0.0.1/"/></port></service>
</definitions>`;

const text = { type: "string" };

function objectOf(properties: Readonly<Record<string, object>>): object {
  return { type: "object", required: Object.keys(properties), properties };
}

const order = objectOf({
  number: { type: "integer", format: "int64" },
  placedAt: { type: "string", format: "date-time" },
  customer: text,
  address: objectOf({ street: text, city: text, country: text }),
  note: { type: ["string", "null"] },
  line: {
    type: "array",
    items: objectOf({
      sku: text,
      description: text,
      quantity: { type: "integer", format: "int32" },
      price: { type: "string", format: "decimal" },
      shipped: { type: "boolean" },
    }),
  },
});
const content = { "application/json": { schema: objectOf({ order }) } };

export const orderOpenApi = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Orders", version: "1" },
  paths: {
    "/submit": {
      post: {
        operationId: "submit",
        requestBody: { required: true, content },
        responses: { "200": { description: "The order.", content } },
      },
    },
  },
});

/** The same order, asked for by its id. */
export const findOpenApi = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Found", version: "1" },
  paths: {
    "/find/{id}": {
      get: {
        operationId: "find",
        parameters: [{ name: "id", in: "path", required: true, schema: text }],
        responses: { "200": { description: "The order.", content } },
      },
    },
  },
});

const usualLines = 8;

export function orderJson(lines = usualLines): string {
  const line = Array.from({ length: lines }, (_, index) => ({
    sku: `TEA-${1_000 + index}`,
    description: "Assam leaf tea in a tin, second flush",
    quantity: index + 1,
    price: "349.50",
    shipped: index % 2 === 0,
  }));
  const address = { street: "12 Hill Road", city: "Pune", country: "IN" };
  const number = "@number@";
  const placedAt = "2026-11-25T10:00:00Z";
  const whole = { number, placedAt, customer: "Asha Rao", address, note: null, line };
  return JSON.stringify({ order: whole }).replace('"@number@"', "9007199254740993");
}

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** Children of an order; `p` is the prefix with its colon. */
function orderElements(lines: number, p: string): string {
  const line = (_: unknown, index: number): string =>
    `<${p}line><${p}sku>TEA-${1_000 + index}</${p}sku>` +
    `<${p}description>Assam leaf tea in a tin, second flush</${p}description>` +
    `<${p}quantity>${index + 1}</${p}quantity><${p}price>349.50</${p}price>` +
    `<${p}shipped>${index % 2 === 0}</${p}shipped></${p}line>`;
  return (
    `<${p}order><${p}number>9007199254740993</${p}number>` +
    `<${p}placedAt>2026-11-25T10:00:00Z</${p}placedAt>` +
    `<${p}customer>Asha Rao</${p}customer><${p}address><${p}street>12 Hill Road</${p}street>` +
    `<${p}city>Pune</${p}city><${p}country>IN</${p}country></${p}address>` +
    `<${p}note xsi:nil="true"/>${Array.from({ length: lines }, line).join("")}</${p}order>`
  );
}

function envelopeOf(body: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ${xsi}>` +
    `<s:Body>${body}</s:Body></s:Envelope>`
  );
}

/** Of the WSDL's service. */
export function answerEnvelope(lines = usualLines): string {
  const elements = orderElements(lines, "o:");
  return envelopeOf(`<o:submitResponse xmlns:o="urn:bench:orders">${elements}</o:submitResponse>`);
}

/** To the service of the OpenAPI contract, whose elements are in no namespace. */
export function callEnvelope(lines = usualLines): string {
  const elements = orderElements(lines, "");
  return envelopeOf(`<o:submit xmlns:o="urn:parlance:orders">${elements}</o:submit>`);
}

/** To the WSDL's service at the REST face. */
export function callXml(lines = usualLines): string {
  return `<o:submit xmlns:o="urn:bench:orders" ${xsi}>${orderElements(lines, "o:")}</o:submit>`;
}

export const orderProto = `syntax = "proto3";
package bench.v1;
service Orders { rpc Submit(Submitted) returns (Submitted); }
message Submitted { Order order = 1; }
message Order {
  int64 number = 1; string placed_at = 2; string customer = 3; Address address = 4;
  optional string note = 5; repeated Line line = 6;
}
message Address { string street = 1; string city = 2; string country = 3; }
message Line {
  string sku = 1; string description = 2; int32 quantity = 3; string price = 4; bool shipped = 5;
}
`;

/** The order as a message of gRPC, with its length before it. */
export function orderFrame(): Buffer {
  const type = protobuf.parse(orderProto).root.lookupType("bench.v1.Submitted");
  // As text, for JavaScript would round it.
  const exact = orderJson().replace(/"number":(\d+)/, '"number":"$1"');
  const message = type.encode(type.fromObject(JSON.parse(exact) as object)).finish();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
