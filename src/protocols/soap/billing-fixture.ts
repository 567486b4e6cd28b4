/** A contract with every style of SOAP operation, for the tests of this folder. */
import { assert } from "#base/assert.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { importer } from "./import.ts";

export const billingNamespace = "urn:example:billing";

export const billingWsdl = `<?xml version="1.0"?>
<definitions name="Billing" targetNamespace="urn:example:billing" xmlns:tns="urn:example:billing"
  xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:xs="http://www.w3.org/2001/XMLSchema">
 <types><xs:schema targetNamespace="urn:example:billing" elementFormDefault="qualified">
  <xs:complexType name="Amount"><xs:simpleContent><xs:extension base="xs:decimal">
   <xs:attribute name="currency" type="xs:string" use="required"/></xs:extension></xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Line"><xs:sequence><xs:element name="sku" type="xs:string"/>
   <xs:element name="price" type="tns:Amount"/>
     <xs:element name="note" type="xs:string" nillable="true" minOccurs="0"/>
  </xs:sequence></xs:complexType>
  <xs:complexType name="Invoice"><xs:sequence><xs:element name="id" type="xs:long"/>
   <xs:choice><xs:element name="card" type="xs:string"/><xs:element name="iban" type="xs:string"/>
     </xs:choice>
   <xs:element name="line" type="tns:Line" maxOccurs="unbounded"/>
   <xs:element name="scan" type="xs:base64Binary" minOccurs="0"/></xs:sequence>
   <xs:attribute name="paid" type="xs:boolean"/></xs:complexType>
  <xs:element name="getInvoice"><xs:complexType><xs:sequence>
    <xs:element name="id" type="xs:long"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="getInvoiceResponse"><xs:complexType><xs:sequence>
    <xs:element name="invoice" type="tns:Invoice"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="Invoice" type="tns:Invoice"/>
  <xs:element name="Receipt" type="xs:string"/>
  <xs:element name="Session" type="xs:string"/>
  <xs:element name="ping"><xs:complexType><xs:sequence/></xs:complexType></xs:element>
  <xs:element name="NotFound"><xs:complexType><xs:sequence><xs:element name="id" type="xs:long"/>
    </xs:sequence></xs:complexType></xs:element>
 </xs:schema></types>
 <message name="getInvoice"><part name="parameters" element="tns:getInvoice"/></message>
 <message name="getInvoiceResponse"><part name="parameters" element="tns:getInvoiceResponse"/>
   </message>
 <message name="session"><part name="session" element="tns:Session"/></message>
 <message name="notFound"><part name="fault" element="tns:NotFound"/></message>
 <message name="store"><part name="invoice" element="tns:Invoice"/></message>
 <message name="stored"><part name="receipt" element="tns:Receipt"/></message>
 <message name="ping"><part name="parameters" element="tns:ping"/></message>
 <message name="add"><part name="a" type="xs:int"/><part name="b" type="xs:int"/></message>
 <message name="added"><part name="sum" type="xs:int"/></message>
 <message name="empty"/>
 <portType name="BillingPort">
  <operation name="getInvoice"><input message="tns:getInvoice"/>
    <output message="tns:getInvoiceResponse"/><fault name="notFound" message="tns:notFound"/>
    </operation>
  <operation name="store"><input message="tns:store"/><output message="tns:stored"/></operation>
  <operation name="ping"><input message="tns:ping"/></operation>
  <operation name="add"><input message="tns:add"/><output message="tns:added"/></operation>
  <operation name="reset"><input message="tns:empty"/><output message="tns:empty"/></operation>
  <operation name="reload"><input message="tns:empty"/><output message="tns:empty"/></operation>
 </portType>
 <binding name="BillingBinding" type="tns:BillingPort">
  <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="getInvoice"><soap:operation soapAction="urn:getInvoice"/>
   <input><soap:header message="tns:session" part="session" use="literal"/>
     <soap:body use="literal"/></input>
   <output><soap:body use="literal"/></output><fault name="notFound">
     <soap:fault name="notFound" use="literal"/></fault></operation>
  <operation name="store"><soap:operation soapAction="urn:store"/><input>
    <soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  <operation name="ping"><soap:operation soapAction=""/><input><soap:body use="literal"/></input>
    </operation>
  <operation name="add"><soap:operation soapAction="urn:add" style="rpc"/><input>
    <soap:body use="literal" namespace="urn:example:rpc"/></input><output>
    <soap:body use="literal" namespace="urn:example:rpc"/></output></operation>
  <operation name="reset"><soap:operation soapAction="urn:reset"/><input>
    <soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  <operation name="reload"><soap:operation soapAction="urn:reload"/><input>
    <soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
 </binding>
 <service name="BillingService"><port name="Billing" binding="tns:BillingBinding">
   <soap:address location="http://127.0.0.1:9102/billing"/></port></service>
</definitions>`;

export const billing: Contract = importer.import({
  file: "/contracts/billing.wsdl",
  text: billingWsdl,
  read: () => undefined,
}).contract;

export function operationNamed(contract: Contract, id: string): Operation {
  const found = contract.operations.find((operation) => operation.id === id);
  assert(found !== undefined, `no operation ${id}`);
  return found;
}
