/** WSDLs of any size, for tests and measurements. */

/** So many operations, wrapped, each with six types of some ten elements. */
export function largeWsdl(operations: number): string {
  const types: string[] = [];
  const rest: string[] = [];
  const bound: string[] = [];
  const ported: string[] = [];
  for (let index = 0; index < operations; index++) {
    types.push(elementOf(`Do${index}`), elementOf(`Do${index}Response`));
    for (const name of ["A", "B", "C", "D"]) types.push(typeOf(`${name}${index}`, index));
    rest.push(
      messageOf(`In${index}`, `Do${index}`),
      messageOf(`Out${index}`, `Do${index}Response`),
    );
    ported.push(
      `<wsdl:operation name="Do${index}"><wsdl:input message="t:In${index}"/>` +
        `<wsdl:output message="t:Out${index}"/></wsdl:operation>`,
    );
    bound.push(
      `<wsdl:operation name="Do${index}"><soap:operation soapAction="urn:t/Do${index}"/>` +
        `<wsdl:input><soap:body use="literal"/></wsdl:input>` +
        `<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>`,
    );
  }
  return (
    `<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" ` +
    `xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" ` +
    `xmlns:xs="http://www.w3.org/2001/XMLSchema" ` +
    `targetNamespace="urn:t"><wsdl:types><xs:schema targetNamespace="urn:t" ` +
    `elementFormDefault="qualified">${types.join("\n")}</xs:schema></wsdl:types>` +
    rest.join("\n") +
    `<wsdl:portType name="P">${ported.join("\n")}</wsdl:portType>` +
    `<wsdl:binding name="B" type="t:P"><soap:binding/>${bound.join("\n")}</wsdl:binding>` +
    `</wsdl:definitions>`
  );
}

function elementOf(name: string): string {
  const index = /[0-9]+/.exec(name)?.[0] ?? "";
  const fields = ["A", "B", "C", "D"].map(
    (type) => `<xs:element name="${type.toLowerCase()}" type="t:${type}${index}" minOccurs="0"/>`,
  );
  return (
    `<xs:element name="${name}"><xs:complexType><xs:sequence>${fields.join("")}` +
    `</xs:sequence></xs:complexType></xs:element>`
  );
}

function typeOf(name: string, index: number): string {
  const kinds = ["xs:string", "xs:int", "xs:decimal", "xs:dateTime", "xs:boolean", `t:A${index}`];
  const fields = kinds.map(
    (kind, position) =>
      `<xs:element name="field${position}" type="${kind}" ` +
      `minOccurs="0" maxOccurs="${position + 1}"/>`,
  );
  return (
    `<xs:complexType name="${name}"><xs:sequence>${fields.join("")}` +
    `<xs:choice><xs:element name="one" type="xs:string"/><xs:element name="other" type="xs:int"/>` +
    `</xs:choice></xs:sequence><xs:attribute name="id" type="xs:int"/></xs:complexType>`
  );
}

function messageOf(name: string, element: string): string {
  const part = `<wsdl:part name="parameters" element="t:${element}"/>`;
  return `<wsdl:message name="${name}">${part}</wsdl:message>`;
}
