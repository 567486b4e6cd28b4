/** What of a head is kept. The wire's own parser of heads is, on purpose, not imported here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maskHead } from "./mask-head.ts";
import { createSensitiveNames } from "./sensitive-names.ts";

/** Behind some bytes that do not belong to it. */
function headOf(text: string) {
  const bytes = Buffer.from(`before${text}behind`, "latin1");
  const spans: number[] = [];
  for (const found of text.matchAll(/^([^\s:]+):[ \t]*(.*?)\r\n/gm)) {
    const [whole, name = "", value = ""] = found;
    const at = 6 + found.index;
    const end = at + whole.length - 2;
    spans.push(at, at + name.length, end - value.length, end);
  }
  const fieldCount = spans.length / 4;
  return { bytes, start: 6, end: 6 + text.length, fieldCount, spans: Int32Array.from(spans) };
}

function targetOf(text: string, template?: string, mayHoldMessage = false) {
  const pathStart = 6 + text.indexOf(" ") + 1;
  const targetEnd = 6 + text.indexOf(" HTTP");
  const query = text.indexOf("?");
  return {
    pathStart,
    pathEnd: query < 0 ? targetEnd : 6 + query,
    targetEnd,
    template,
    mayHoldMessage,
  };
}

const none = createSensitiveNames([]);

test("fields that prove who somebody is are masked, whatever their case; others are not", () => {
  const lines = [
    "Host: example.org",
    "AUTHORIZATION: Bearer abc",
    "Cookie: a=b; c=d",
    "X_Api_Key: abc",
    "x-api-key: abc",
    "Proxy-Authorization: Basic abc",
    "Accept: */*",
    "X-Empty:",
    "Cookie: e=f",
  ];
  const text = `GET / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
  const masked = maskHead(headOf(text), targetOf(text), none);
  const expected = text.replaceAll(/(?<=(?:authorization|cookie|x.api.key): ).*?(?=\r)/gi, "***");
  assert.equal(masked.bytes.toString("latin1"), expected);
  assert.deepEqual(masked.fields.toSorted(), [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-api-key",
    "x_api_key",
  ]);
});

test("an answer's cookies are masked, and what the configuration calls sensitive", () => {
  const text = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nX-Card: 4711\r\nContent-Length: 0\r\n\r\n";
  const masked = maskHead(headOf(text), undefined, createSensitiveNames(["x-card"]));
  assert.equal(
    masked.bytes.toString("latin1"),
    "HTTP/1.1 200 OK\r\nSet-Cookie: ***\r\nX-Card: ***\r\nContent-Length: 0\r\n\r\n",
  );
});

test("secrets in a query and sensitive segments of a path are masked", () => {
  const names = createSensitiveNames(["number", "pin"]);
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ["/cards/4711/pay?a=1&pin=2", "/cards/{number}/pay", "/cards/***/pay?a=1&pin=***"],
    ["/cards/4711", "/cards/{number}", "/cards/***"],
    ["/cards/", "/cards/{number}", "/cards/"],
    ["/cards", "/cards/{number}/pay", "/cards"],
    ["/cards/4711/x/y", "/cards/{number}/*", "/cards/***/x/y"],
    ["/cards/4711", "/cards/{other}", "/cards/4711"],
    ["/cards/4711", undefined, "/cards/4711"],
    ["/x?access_token=abc&b=2", "/x", "/x?access_token=***&b=2"],
    ["/x?API%5FKEY=abc&X-Amz-Signature=d", "/x", "/x?API%5FKEY=***&X-Amz-Signature=***"],
    ["/x?", "/x", "/x?"],
  ];
  for (const [target, template, expected] of cases) {
    const text = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const masked = maskHead(headOf(text), targetOf(text, template), names);
    assert.equal(masked.bytes.toString("latin1"), text.replace(target, expected));
  }
});

test("queries and fragments of addresses in fields are masked as the query is", () => {
  const text =
    "HTTP/1.1 302 Found\r\nLocation: /a?card-number=1&b=2#access_token=3\r\n" +
    "REFERER: https://example.org/?q=4&token=5\r\nContent-Location: /c\r\n" +
    "X-Note: ?token=6\r\n\r\n";
  const masked = maskHead(headOf(text), undefined, createSensitiveNames(["cardNumber"]));
  const expected = text.replaceAll(/(?<=(?:number|access_token|&token)=)\d/g, "***");
  assert.equal(masked.bytes.toString("latin1"), expected);
  assert.deepEqual(masked.fields, ["card-number", "access_token", "token"]);
});

test("a message in a query is masked as a whole where something in it is sensitive", () => {
  const text = "GET /a.B/C?encoding=json&m%65ssage=%7B%22pin%22%3A1%7D HTTP/1.1\r\n\r\n";
  const masks = (isConnect: boolean, names: readonly string[]) => {
    const target = targetOf(text, undefined, isConnect);
    return maskHead(headOf(text), target, createSensitiveNames(names)).bytes.toString("latin1");
  };
  assert.equal(masks(true, ["other"]), text.replace(/%7B.*%7D/, "***"));
  assert.equal(masks(false, ["other"]), text);
  // It is JSON, and the name stands in it.
  assert.equal(masks(false, ["pin"]), text.replace(/%7B.*%7D/, "***"));
  assert.equal(masks(true, []), text);
});

test("a parameter of several segments is masked in all of them, and a member by its name", () => {
  const masked = (template: string) => {
    const text = "GET /cards/1/2/3 HTTP/1.1\r\n\r\n";
    const names = createSensitiveNames(["pin"]);
    return maskHead(headOf(text), targetOf(text, template), names).bytes.toString().split(" ")[1];
  };
  assert.equal(masked("/cards/{pin=**}"), "/cards/***");
  assert.equal(masked("/cards/{a}/{card.pin}/{pin.2}"), "/cards/1/***/***");
  assert.equal(masked("/cards/{a}/{pinned}/*"), "/cards/1/2/3");
});

test("details of gRPC are masked where anything is sensitive, since no names stand in them", () => {
  const text = "HTTP/1.1 200 OK\r\ngrpc-status: 3\r\nGrpc-Status-Details-Bin: CgM0MTE\r\n\r\n";
  const head = headOf(text);
  assert.equal(maskHead(head, undefined, none).bytes.toString("latin1"), text);
  const masked = maskHead(head, undefined, createSensitiveNames(["pin"])).bytes.toString("latin1");
  assert.equal(masked, text.replace("CgM0MTE", "***"));
});
