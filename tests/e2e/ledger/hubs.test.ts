/** Requests to faces over all services: who asked is on record, and what was wrong with it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { configurationOf, runGateway } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

const key = "a-key-that-is-long-enough-to-be-one";
const contract = fileURLToPath(
  new URL("../../../examples/estate/billing/billing.wsdl", import.meta.url),
);
const fault =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>' +
  "<faultcode>s:Server</faultcode><faultstring>no paper</faultstring></s:Fault>" +
  "</s:Body></s:Envelope>";

interface Kept {
  readonly text: string;
  readonly masked?: boolean;
}

async function stand(t: TestContext, capture = "digest", ofService = "") {
  const service = createServer((request, response) => {
    request.resume();
    response.writeHead(500, { "content-type": "text/xml" }).end(fault);
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  t.after(() => {
    service.closeAllConnections();
    service.close();
  });
  const { port } = service.address() as AddressInfo;
  const ledger = ledgerFolder(t);
  const more = `ledger: { path: ${ledger.path}, origin: test/ledger, capture: ${capture} }\n`;
  const own = `, contract: ${contract}, mcp: [getInvoice]${ofService}`;
  const text = configurationOf(`http://127.0.0.1:${port}/billing`, { more, service: own });
  const callers = 'callers: { shop: { key: "${SHOP_KEY}", may: ["echo.*"] } }';
  const gateway = await runGateway(t, text.replace("callers: open", callers), {
    env: { SHOP_KEY: key },
  });
  /** @returns the answer, and the entries of its exchange and of those that it made. */
  const ask = async (path: string, body: unknown) => {
    const answer = await fetch(`${gateway.url}${path}`, {
      method: "POST",
      headers: {
        "x-api-key": key,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(body),
    });
    await answer.text();
    const id = answer.headers.get("parlance-exchange") ?? "";
    const read = readLedger(ledger.path);
    return {
      entry: read.exchange(id),
      children: read.of("exchange").filter(({ parent }) => parent === id),
    };
  };
  const bodiesOf = async (id: string): Promise<Record<string, Kept>> => {
    const path = `/api/v1/ledger/exchanges/${id}?bodies=true`;
    const shown: unknown = await (await fetch(gateway.adminUrl + path)).json();
    return (shown as { bodies: Record<string, Kept> }).bodies;
  };
  return { ask, bodiesOf };
}

const who = { caller: "shop", authentication: "key" } as const;
const refused = { ...who, verdict: "refused", faultKind: "invalid_argument", blame: "client" };
const wanted = { number: 1 };

test("what is wrong before a call is made is on record with who made it", async (t) => {
  const { ask } = await stand(t);
  const rpc = { jsonrpc: "2.0", id: 1, params: wanted };
  const noMethod = await ask("/rpc", { ...rpc, method: "echo.nothing" });
  assert.partialDeepStrictEqual(noMethod.entry, {
    ...refused,
    face: "jsonrpc",
    fault: "bad-request",
  });
  assert.ok(noMethod.entry.requestBody !== undefined, "what was asked is committed to");
  assert.ok(noMethod.entry.responseBody !== undefined, "what was answered is committed to");
  const batch = await ask("/rpc/echo", [7, { ...rpc, method: "nothing" }]);
  assert.partialDeepStrictEqual(batch.entry, { ...refused, fault: "bad-request" });
  const noField = await ask("/graphql", { query: "{ nothing }" });
  assert.partialDeepStrictEqual(noField.entry, {
    ...refused,
    face: "graphql",
    fault: "graphql-validation-failed",
  });
  const params = { name: "nothing", arguments: {} };
  const noTool = await ask("/mcp", { jsonrpc: "2.0", id: 1, method: "tools/call", params });
  assert.partialDeepStrictEqual(noTool.entry, { ...refused, face: "mcp", fault: "bad-request" });
  const noProblem = await ask("/mcp", { jsonrpc: "2.0", id: 1, method: "tools/list" });
  assert.partialDeepStrictEqual(noProblem.entry, { ...who, face: "mcp", verdict: "answered" });
  assert.equal(noProblem.entry.blame, undefined);
});

test("a call that failed is told of where it was asked for, and where it was made", async (t) => {
  const { ask } = await stand(t);
  const asked = [
    ["/rpc", { jsonrpc: "2.0", id: 1, method: "echo.getInvoice", params: wanted }, "jsonrpc"],
    [
      "/mcp",
      {
        ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
        params: { name: "echo.getInvoice", arguments: wanted },
      },
      "mcp",
    ],
    ["/graphql/echo", { query: "mutation { getInvoice(number: 1) { __typename } }" }, "graphql"],
  ] as const;
  for (const [path, body, face] of asked) {
    const { entry, children } = await ask(path, body);
    const told = { ...who, face, blame: "service" } as const;
    assert.partialDeepStrictEqual(entry, { ...told, verdict: "answered" }, path);
    const [child, ...others] = children;
    assert.deepEqual(others, [], path);
    const made = { ...told, verdict: "forwarded", operation: "getInvoice", attempts: 1 } as const;
    assert.partialDeepStrictEqual(child, made, path);
    assert.equal(entry.fault, child?.fault, path);
  }
});

test("nothing is committed to where nothing is captured", async (t) => {
  const { ask } = await stand(t, "none");
  const { entry } = await ask("/mcp", { jsonrpc: "2.0", id: 1, method: "tools/list" });
  assert.partialDeepStrictEqual(entry, who);
  assert.equal(entry.requestBody, undefined);
});

test("of a call that is to be kept, what was called is kept, whatever dialect asked", async (t) => {
  const kept = ", ledger: { operations: { getInvoice: full }, sensitive: [number] }";
  const { ask, bodiesOf } = await stand(t, "digest", kept);
  const method = "echo.getInvoice";
  const { entry, children } = await ask("/rpc", { jsonrpc: "2.0", id: 1, method, params: wanted });
  const child = children[0]?.exchange ?? "";
  const { requestBody, responseBody } = await bodiesOf(child);
  assert.deepEqual(requestBody, { text: '{"number":"***"}', bytes: 14, masked: true });
  const told = JSON.parse(responseBody?.text ?? "") as Record<string, unknown>;
  assert.partialDeepStrictEqual(told, { kind: children[0]?.faultKind, message: "no paper" });
  assert.deepEqual(children[0]?.redactions, ["number"]);
  assert.equal(entry.bodies, undefined, "the document that holds any number of calls is not");
});
