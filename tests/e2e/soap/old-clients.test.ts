/** PHP's SoapClient and python-suds, each as old as the services it calls, through our WSDL. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";
import { promisify } from "node:util";
import type { Call, Reply } from "#call/call.ts";
import { billing } from "#protocols/soap/billing-fixture.ts";
import { createSoapFace } from "#protocols/soap/face.ts";
import { lacksPhpSoap } from "#tests/e2e/estate/php-soap.ts";
import { lacksPythonModule, pythonWith } from "#tests/support/python.ts";
import { serveFace } from "./serve-face.ts";

const line = { sku: "a", price: { value: "1.10", currency: "EUR" }, note: null };
const invoice = { id: "42", choice: { iban: "DE<1>" }, line: [line], paid: true };

function handle({ operation, input }: Call): Reply {
  const answer = (output: Extract<Reply, { kind: "answer" }>["output"]): Reply => ({
    kind: "answer",
    output,
    headers: {},
  });
  switch (operation.id) {
    case "getInvoice":
      return input["id"] === "42"
        ? answer({ invoice })
        : {
            ...{ kind: "fault", faultKind: "not_found", blame: "service", code: "notFound" },
            message: "no such invoice",
            declared: { name: "notFound", detail: { id: input["id"] ?? "" } },
          };
    case "store":
      return answer({ Receipt: JSON.stringify(input["Invoice"]) });
    case "add":
      return answer({ sum: Number(input["a"]) + Number(input["b"]) });
    default:
      return answer({});
  }
}

async function callWith(program: string, script: string, how: string) {
  const calls: Call[] = [];
  const face = createSoapFace({ serviceName: "billing", contract: billing });
  const server = await serveFace("billing", face, (call) => {
    calls.push(call);
    return handle(call);
  });
  try {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const { stdout } = await promisify(execFile)(program, [path, `${server.url}?wsdl`, how]);
    return { said: JSON.parse(stdout) as unknown, calls };
  } finally {
    await server.stop();
  }
}

const stored = {
  id: "7",
  choice: { card: "c" },
  line: [{ sku: "b", price: { currency: "USD", value: "2.50" } }],
};
const expected = {
  iban: "DE<1>",
  price: "1.10",
  currency: "EUR",
  receipt: JSON.stringify(stored),
  sum: 3,
  fault: { message: "no such invoice", id: "1" },
};

for (const version of ["1.1", "1.2"]) {
  test(`PHP's SoapClient calls in SOAP ${version}`, { skip: lacksPhpSoap() }, async () => {
    const { said, calls } = await callWith("php", "./call-with-php.php", version);
    assert.deepEqual(said, expected);
    assert.equal(JSON.stringify(calls[0]?.headers), '{"Session":"s-1"}');
    assert.ok(calls.some(({ operation }) => operation.id === "ping"));
  });
}

test("suds calls in SOAP 1.1", { skip: lacksPythonModule("suds") }, async () => {
  const python = pythonWith("suds") ?? "python3";
  const { said } = await callWith(python, "./call_with_suds.py", "BillingServiceSoap11");
  assert.deepEqual(said, expected);
});
