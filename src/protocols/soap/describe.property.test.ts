/** What is written under a contract is written under its description as well. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Call } from "#call/call.ts";
import type { Contract } from "#contract/contract.ts";
import type { ValueRecord } from "#contract/value.ts";
import { contractCase } from "#formats/xml/contract-arbitrary-fixture.ts";
import { lacks } from "#tests/support/tools.ts";
import { operationNamed } from "./billing-fixture.ts";
import { describeSchemaFiles } from "./describe.ts";
import { contractAround, describedAndImported } from "./described-fixture.ts";
import { createSoapFace } from "./face.ts";
import { post } from "./message-fixture.ts";
import { createSoapUpstream } from "./upstream.ts";
import { escapeText } from "./xml-text.ts";

function send(contract: Contract, input: ValueRecord): Buffer {
  const operation = operationNamed(contract, "store");
  const upstream = createSoapUpstream({ serviceName: "svc", contract });
  const request = upstream.encode({ operation, input, headers: {} });
  assert.equal(request.kind, "request", JSON.stringify(request));
  return request.body;
}

function receive(contract: Contract, body: Buffer): Call {
  const decoded = createSoapFace({ serviceName: "svc", contract }).decode(post(body));
  assert.ok(decoded.kind === "call", JSON.stringify(decoded.kind === "fault" && decoded.fault));
  return decoded.call;
}

/**
 * What is reported as lost: two elements or attributes of one name in one namespace; nil elements
 * without the attributes of their type, which are read all the same.
 */
function isLost(diagnostics: readonly Diagnostic[], ...codes: readonly string[]): boolean {
  return diagnostics.some(({ code }) => codes.includes(code));
}

test("a message goes through the description of its contract and back unchanged", () => {
  fc.assert(
    fc.property(contractCase, ({ contract, type, value }) => {
      const own = contractAround(contract, type);
      const { described, imported } = describedAndImported(own);
      fc.pre(!isLost(described.diagnostics, "element-conflict"));
      const errors = imported.diagnostics.filter(({ severity }) => severity === "error");
      assert.deepEqual(errors, []);
      const sent = send(own, { document: value });
      const other = receive(imported.contract, sent);
      const back = receive(own, send(imported.contract, other.input));
      const once = receive(own, sent);
      assert.deepEqual(back.input, once.input);
    }),
  );
});

test(
  "xmllint finds what is written valid under the schemas described",
  { skip: lacks("xmllint") },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "parlance-describe-"));
    try {
      fc.assert(
        fc.property(contractCase, ({ contract, type, value }) => {
          const own = contractAround(contract, type);
          const { diagnostics } = describedAndImported(own).described;
          fc.pre(!isLost(diagnostics, "element-conflict", "nil-attributes"));
          const envelope = send(own, { document: value }).toString();
          const document = /<soap:Body>(.*)<\/soap:Body>/s.exec(envelope)?.[1] ?? "";
          validate(folder, own, document);
        }),
        { numRuns: 40 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** One of the generated namespaces is no URI, which libxml2 does not read the same everywhere. */
function renamed(text: string): string {
  return text.replaceAll(/urn:other&amp;[^"]*(?=")/g, "urn:other");
}

function validate(folder: string, contract: Contract, document: string): void {
  const namespaces: string[] = [];
  const location = (namespace: string) => {
    if (!namespaces.includes(namespace)) namespaces.push(namespace);
    return `schema${namespaces.indexOf(namespace)}.xsd`;
  };
  const files = describeSchemaFiles(contract, "svc", location);
  for (const { namespace, text } of files) {
    writeFileSync(join(folder, location(namespace)), renamed(text));
  }
  // A type that only xsi:type names is in a schema that no other one needs to import.
  const imports = files.map(({ namespace }) => {
    const of = namespace === "" ? "" : ` namespace="${escapeText(namespace)}"`;
    return `<xs:import${of} schemaLocation="${location(namespace)}"/>`;
  });
  const head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:all">';
  const schema = join(folder, "all.xsd");
  writeFileSync(schema, renamed(`${head}${imports.join("")}</xs:schema>`));
  const args = ["--noout", "--nonet", "--schema", schema, "-"];
  try {
    execFileSync("xmllint", args, { input: renamed(document), stdio: ["pipe", "pipe", "pipe"] });
  } catch (error) {
    const said = (error as { readonly stderr: Buffer }).stderr.toString();
    assert.fail(`${said}\n${document}`);
  }
}
