/** What a host that was named may do to who fetches a contract: nothing beyond the limits. */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { test, type TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { fetchContract, FetchFailure } from "./fetch-contract.ts";

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  return listenHttp(context, listener);
}

type Limits = Parameters<typeof fetchContract>[2];

async function refusal(address: string, limits: Limits = {}): Promise<string> {
  try {
    await fetchContract(address, nodePlatform, limits);
  } catch (error) {
    assert.ok(error instanceof FetchFailure, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: `${address} was fetched` });
}

const schema = (imports: readonly string[], filler = "") =>
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><!--${filler}-->` +
  imports.map((one) => `<xs:include schemaLocation="${one}"/>`).join("") +
  "</xs:schema>";

const wsdl = (imports: readonly string[]) =>
  `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><types>${schema(imports)}</types>` +
  "</definitions>";

test("a document without an end is left once it is too long", async (context) => {
  const url = await serve(context, (_, response) => {
    const more = (): void => {
      while (response.write("x".repeat(1_000)) && !response.destroyed);
      response.once("drain", more);
    };
    more();
  });
  assert.match(await refusal(url, { documentBytesMax: 10_000 }), /has more than 10000 bytes$/);
});

test("an answer that stops, or never begins, is given up in time", async (context) => {
  const url = await serve(context, ({ url: path }, response) => {
    if (path === "/stops") response.write("<definitions");
  });
  for (const path of ["/silent", "/stops"]) {
    const message = await refusal(`${url}${path}`, { answerMsMax: 50 });
    assert.match(message, /cannot be had: no whole answer within 50 ms$/);
  }
});

test("redirects are followed on the host that was named, and not for ever", async (context) => {
  let asked = 0;
  const other = await serve(context, (_, response) => {
    asked++;
    response.end(wsdl([]));
  });
  const targets: Readonly<Record<string, string>> = {
    "/once": "/contract",
    "/round": "/round",
    "/other": `${other}/contract`,
    "/file": "file:///etc/passwd",
    "/scheme": "gopher://127.0.0.1/",
  };
  const url = await serve(context, ({ url: path = "" }, response) => {
    const location = targets[path];
    if (location === undefined) response.end(wsdl([]));
    else response.writeHead(302, { location }).end();
  });
  const found = await fetchContract(`${url}/once`, nodePlatform);
  assert.equal(found.url, `${url}/contract`);
  assert.match(await refusal(`${url}/round`, { redirectsMax: 3 }), /more than 3 times$/);
  assert.match(await refusal(`${url}/other`), /redirects to 127\.0\.0\.1:\d+; only 127/);
  assert.match(await refusal(`${url}/file`), /redirects to ; only 127/);
  assert.match(await refusal(`${url}/scheme`), /redirects to 127\.0\.0\.1; only 127/);
  assert.equal(asked, 0);
});

test("documents that lead to others are counted, and weighed together", async (context) => {
  const url = await serve(context, ({ url: path = "" }, response) => {
    const next = Number(/\d+/.exec(path)?.[0] ?? 0) + 1;
    response.end(path === "/" ? wsdl(["1.xsd"]) : schema([`${next}.xsd`], "x".repeat(2_000)));
  });
  const many = await refusal(`${url}/`, { documentsMax: 5 });
  assert.match(many, /refers to more than 5 documents$/);
  const less = { documentsMax: 1_000, allBytesMax: 5_000 };
  const { documents, diagnostics } = await fetchContract(`${url}/`, nodePlatform, less);
  assert.equal(documents.size, 3);
  assert.match(diagnostics[0]?.message ?? "", /more than 5000 bytes together$/);
});

test("once all that may be fetched was fetched, nothing more is asked for", async (context) => {
  const asked: string[] = [];
  const url = await serve(context, ({ url: path = "" }, response) => {
    asked.push(path);
    const names = [1, 2, 3, 4].map((number) => `${number}.xsd`);
    response.end(path === "/" ? wsdl(names) : "x".repeat(5_000));
  });
  const { diagnostics } = await fetchContract(`${url}/`, nodePlatform, { allBytesMax: 7_000 });
  assert.equal(diagnostics.length, 3);
  assert.deepEqual(asked, ["/", "/1.xsd", "/2.xsd"]);
});

test("a reference to another host is told and not followed", async (context) => {
  let asked = 0;
  const other = await serve(context, (_, response) => {
    asked++;
    response.end(schema([]));
  });
  const url = await serve(context, (_, response) => response.end(wsdl([`${other}/a.xsd`])));
  const { diagnostics, documents } = await fetchContract(url, nodePlatform);
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["reference-not-fetched"],
  );
  assert.deepEqual([documents.size, asked], [1, 0]);
});
