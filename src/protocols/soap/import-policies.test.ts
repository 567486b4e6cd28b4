/** Which policies of a WSDL make us send MTOM. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { billingWsdl } from "./billing-fixture.ts";
import { importer } from "./import.ts";

const policy = 'xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy"';
const policy15 = 'xmlns:p="http://www.w3.org/ns/ws-policy"';
const utility =
  'xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"';
const mtom =
  '<m:OptimizedMimeSerialization xmlns:m="http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization"/>';
const other = '<o:Other xmlns:o="urn:other"/>';
const optional = mtom.replace("/>", ' p:Optional="true"/>');
const w3c = '<m:MTOM xmlns:m="http://www.w3.org/2007/08/soap12-mtom-policy"/>';

function policyOf(content: string, attributes = "", namespace = policy): string {
  return `<p:Policy ${namespace} ${utility} ${attributes}>${content}</p:Policy>`;
}

interface Case {
  readonly name: string;
  /** In the binding, in its operation getInvoice, in the port, in the document. */
  readonly binding?: string;
  readonly operation?: string;
  readonly port?: string;
  readonly document?: string;
  readonly bindingAttributes?: string;
  /** Ids of the operations that demand it, "" for none and "all". */
  readonly expected: string;
}

const reference = `<p:PolicyReference ${policy} URI="#P"/>`;
const one = (content: string) => `<p:ExactlyOne>${content}</p:ExactlyOne>`;
const all = (content: string) => `<p:All>${content}</p:All>`;

const cases: readonly Case[] = [
  { name: "no policy", expected: "" },
  { name: "one in the binding", binding: policyOf(mtom), expected: "all" },
  {
    name: "WS-Policy 1.5 and W3C's assertion",
    binding: policyOf(w3c, "", policy15),
    expected: "all",
  },
  {
    name: "one by reference, as .NET writes it",
    binding: reference,
    document: policyOf(one(all(other + mtom)), 'u:Id="P"'),
    expected: "all",
  },
  {
    name: "one by the attribute PolicyURIs",
    bindingAttributes: `${policy} p:PolicyURIs="#P"`,
    document: policyOf(mtom, 'u:Id="P"'),
    expected: "all",
  },
  { name: "one in the port", port: policyOf(mtom), expected: "all" },
  { name: "one in an operation", operation: policyOf(mtom), expected: "getInvoice" },
  { name: "an optional one", binding: policyOf(optional), expected: "" },
  { name: "one of two alternatives", binding: policyOf(one(all(mtom) + all(other))), expected: "" },
  {
    name: "both alternatives",
    binding: policyOf(one(all(mtom) + all(other + mtom))),
    expected: "all",
  },
  { name: "no alternative at all", binding: policyOf(one("")), expected: "" },
  { name: "a policy that nobody refers to", document: policyOf(mtom, 'u:Id="P"'), expected: "" },
  { name: "a reference to nothing", binding: reference, expected: "" },
  {
    name: "a policy that refers to itself",
    binding: reference,
    document: policyOf(reference, 'u:Id="P"'),
    expected: "",
  },
];

for (const { name, binding, operation, port, document, bindingAttributes, expected } of cases) {
  test(`${name}: MTOM is demanded by ${expected || "no"} operation`, () => {
    const text = billingWsdl
      .replace("<types>", `${document ?? ""}<types>`)
      .replace(/<binding [^>]*/, (start) => `${start} ${bindingAttributes ?? ""}`)
      .replace(/<binding [^>]*>/, (start) => `${start}${binding ?? ""}`)
      .replace(/<soap:operation soapAction="urn:getInvoice"\/>/, (own) => own + (operation ?? ""))
      .replace("</port>", `${port ?? ""}</port>`);
    const { contract } = importer.import({ file: "/b.wsdl", text, read: () => undefined });
    const found = contract.operations.filter(({ soap }) => soap?.mtom === true);
    const ids = found.map(({ id }) => id).join(" ");
    const every = contract.operations.map(({ id }) => id).join(" ");
    assert.equal(contract.operations.length, 6);
    assert.equal(ids, expected === "all" ? every : expected);
  });
}
