/** SOAP 1.1 by hand, for a service of the estate: what is sent and what comes back, as text. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./start-service.ts";

const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/";

export interface SoapAnswer {
  readonly status: number;
  readonly text: string;
}

export async function sendSoap(
  url: string,
  action: string,
  body: string,
  header = "",
): Promise<SoapAnswer> {
  const envelope =
    `<s:Envelope xmlns:s="${soapNamespace}" xmlns:b="urn:example:billing:1" ` +
    `xmlns:c="urn:example:common:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
    `<s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: `"${action}"` },
    body: envelope,
  });
  return { status: answer.status, text: await answer.text() };
}

/** The envelope by its schema, with everything in Body and detail checked by billing.xsd. */
export function validatorIn(folder: string): (envelope: string) => void {
  const any = '<xs:any processContents="strict" minOccurs="0"/>';
  const schema = join(folder, "envelope.xsd");
  writeFileSync(
    schema,
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:s="${soapNamespace}"
    targetNamespace="${soapNamespace}" elementFormDefault="qualified">
  <xs:import namespace="urn:example:billing:1"
    schemaLocation="${root}/examples/estate/billing/billing.xsd"/>
  <xs:element name="Envelope"><xs:complexType><xs:sequence>
    <xs:element name="Body"><xs:complexType><xs:sequence>${any}</xs:sequence></xs:complexType>
    </xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:element name="Fault"><xs:complexType><xs:sequence>
    <xs:element form="unqualified" name="faultcode" type="xs:QName"/>
    <xs:element form="unqualified" name="faultstring" type="xs:string"/>
    <xs:element form="unqualified" name="detail" minOccurs="0"><xs:complexType><xs:sequence>
      ${any}</xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
  </xs:element>
</xs:schema>`,
  );
  return (envelope) => {
    // Throws, with what is wrong, when it is not valid.
    const args = ["--noout", "--nonet", "--schema", schema, "-"];
    execFileSync("xmllint", args, { input: envelope, stdio: ["pipe", "pipe", "pipe"] });
  };
}
