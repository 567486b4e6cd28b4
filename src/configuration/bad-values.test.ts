import { hash } from "node:crypto";
import test from "node:test";
import { ok, open, assertFindings, type BadInput } from "#tests/support/bad-input.ts";

/** A route of the service orders, in line 6 from column 9; the key under test is in line 7. */
function route(line: string): string {
  return `version: 1
callers: open
services:
  orders:
    instances: ["http://a"]
    routes: [{ id: a, path: /a/b/c },
      ${line}]
`;
}

function instance(url: string): string {
  return `version: 1\ncallers: open\nservices:\n  a:\n    instances:\n      - ${url}\n`;
}

const routes: readonly BadInput[] = [
  {
    name: "a repeated route id",
    text: route("{ id: a, path: /b }"),
    expected: ["7:13 error repeated-route-id in line 6 already"],
  },
  {
    name: "the id of the prefix route",
    text: route("{ id: default, path: /b }]\n    prefix: true #"),
    expected: ["7:13 error repeated-route-id"],
  },
  ...(
    [
      ["a", "must begin with `/`"],
      ['""', "must begin with `/`"],
      ["/a//b", "`//` is refused"],
      ["/a/../b", "`..` segments are refused"],
      ["/a/./b", "`.` segments are refused"],
      ["/a?b=c", "a query cannot be part"],
      ["'/a#b'", "a fragment cannot be part"],
      ["/a/*/b", "`*` can only be the last segment"],
      ["/a*", "must be a whole segment"],
      ["/a/x{id}", "a parameter must be a whole segment"],
      ["'/a/{id'", "a parameter must be a whole segment"],
      ["'/{id}/{id}'", "stands here twice"],
      ["'/a/%2e%2e/b'", "encoded dots"],
      ["/a/%5c", "encoded dots, backslashes"],
      ["/a/%0", "two hexadecimal digits"],
      ["/a;b", "cannot hold"],
      ["/a b", "cannot hold"],
      ["/\u00e9", "percent-encoded"],
    ] as const
  ).map(([path, words]): BadInput => ({
    name: `the path ${path}`,
    text: route(
      `{ id: b, path: ${path.includes("{") && !path.startsWith("'") ? `"${path}"` : path} }`,
    ),
    expected: [`7:22 error bad-path ${words}`],
  })),
  ...["/b", "/a/", "a", "/a/b/c/d", "/a/b/cd", "/"].map((prefix): BadInput => ({
    name: `the prefix ${prefix} of another path`,
    text: route(`{ id: b, path: /a/b/c, stripPrefix: ${prefix} }`),
    expected: ['7:43 error bad-strip-prefix such as "/a/b/c"'],
  })),
  {
    name: "a method in small letters",
    text: route("{ id: b, path: /b, methods: [GET, post] }"),
    expected: ["7:41 error bad-value expected a method in upper case"],
  },
  {
    name: "a host with a port",
    text: route("{ id: b, path: /b, host: 'a.example:80' }"),
    expected: ["7:32 error bad-value expected a host name without port"],
  },
  {
    name: "a header with a bad name, one with a number, the header host and a repeated one",
    text: route("{ id: b, path: /b, headers: { 'a b': x, c: 1 } }"),
    expected: ["7:37 error bad-name", "7:50 error wrong-type put numbers in quotes"],
  },
  {
    name: "the header host and a repeated header",
    text: route("{ id: b, path: /b, headers: { Host: x, A: x, a: y } }"),
    expected: ["7:43 error bad-header the key `host`", "7:55 error bad-header twice"],
  },
  {
    name: "no route at all",
    text: `version: 1\ncallers: open\nservices:\n  a: { instances: ["http://a"], prefix: false }\n`,
    expected: ["4:41 error no-routes"],
  },
];

const others: readonly BadInput[] = [
  ...(
    [
      ["ftp://a", "expected http://host:port/base"],
      ["localhost:80", "expected http://host:port/base"],
      ["'http://'", '"" is not a host name'],
      ["http://a b", '"a b" is not a host name'],
      ["'http://[::1'", "cannot be told apart"],
      ["'http://[:::1]'", '"[:::1]" is not a host name'],
      ["http://a:0", "port 0 is not possible"],
      ["http://a:65536", "port 65536 is not possible"],
      ["'http://a:'", "port after `:`"],
      ["http://a/b?c", "a query or fragment"],
      ["'http://a#b'", "a query or fragment"],
      ["http://user:secret@a", "instance URL is not possible: a user name"],
      ["http://a/b/../c", "base path: `..` segments"],
      ["http://a//b", "base path: `//`"],
      ["'http://a/{x}'", "cannot hold {, } or *"],
      [`http://a/${"x".repeat(8_192)}`, "a base path can have 8192 bytes at most"],
      ["unix:a.sock", "must be absolute"],
      ["unix:/run/", "must be absolute"],
      [`unix:/${"x".repeat(200)}`, "103 bytes at most"],
      ["unix:/a.sock:b", "must begin with `/`"],
    ] as const
  ).map(([url, words]): BadInput => ({
    name: `the instance ${url.slice(0, 30)}`,
    text: instance(url),
    expected: [`6:9 error bad-instance-url ${words}`],
  })),
  {
    name: "an instance with the scheme of gRPC",
    text: instance("grpcs://a:1"),
    expected: ["6:9 error bad-instance-url write https://, also for gRPC"],
  },
  {
    name: "an instance twice",
    text: instance("http://a\n      - http://a"),
    expected: ["7:9 warning repeated-instance"],
  },
  {
    name: "TLS for an http:// instance",
    text: instance("{ url: 'http://a', tls: { verify: true } }"),
    expected: ["6:28 error tls-without-https"],
  },
  {
    name: "an instance that is not verified",
    text: instance("{ url: 'https://a', tls: { verify: false } }"),
    expected: ["6:44 warning not-verified"],
  },
  {
    name: "a client certificate without its key",
    text: instance("{ url: 'https://a', tls: { cert: a.pem } }"),
    expected: ["6:42 error missing-key", "6:42 error unreadable-file"],
  },
  {
    name: "equal ports",
    text: `${open}listen:\n  adminPort: 8080\n`,
    expected: ["5:14 error same-port"],
  },
  ...["10.0.0.0/33", "10.0.0/8", "::/129", "a/8", "256.0.0.1/8", "10.0.0.0/8/8", "10.0.0.0/"].map(
    (block): BadInput => ({
      name: `the block ${block}`,
      text: `${open}listen:\n  trustedProxies: ["${block}"]\n`,
      expected: [`5:20 error bad-cidr "${block}"`],
    }),
  ),
  ...["0.0.0.0/0", "::/0"].map((block): BadInput => ({
    name: `${block}, which is everybody,`,
    text: `${open}listen:\n  trustedProxies: ["${block}"]\n`,
    expected: [`5:20 warning trusts-everybody ${block} is everybody`],
  })),
  {
    name: "certificates that are not there",
    text: `${open}listen:\n  tls:\n    certificates:\n      - cert: a.pem\n        key: b.pem\n`,
    expected: ["7:15 error unreadable-file no such file", "8:14 error unreadable-file"],
  },
  {
    name: "no certificate",
    text: `${open}listen: { tls: { certificates: [] } }\n`,
    expected: ["4:32 error bad-value"],
  },
];

const keys = { A: "0123456789abcdef", B: "fedcba9876543210" };
const digest = hash("sha256", keys.A);

const callers: readonly BadInput[] = [
  { name: "no callers", text: ok, expected: ["1:1 warning nobody-may-call"] },
  { name: "empty callers", text: `${ok}callers: {}\n`, expected: ["3:1 warning nobody-may-call"] },
  { name: "open callers", text: open, expected: ["3:10 info open-to-anybody"] },
  {
    name: "two callers with one key",
    text: `${ok}callers:\n  a: { key: "\${A}" }\n  b: { key: "\${A}" }\n`,
    env: keys,
    expected: ["5:13 error shared-key callers a and b"],
  },
  {
    name: "a caller without a key",
    text: `${ok}callers:\n  a: { may: ["*"] }\n`,
    expected: ["4:3 error missing-key"],
  },
  {
    name: "a key of anonymous",
    text: `${ok}callers:\n  anonymous: { key: "\${A}" }\n`,
    env: keys,
    expected: ["4:21 error key-of-anonymous"],
  },
  {
    name: "a key and a digest of the same key, of two callers",
    text: `${ok}callers:\n  a: { key: "\${A}" }\n  b: { keySha256: ${digest} }\n`,
    env: keys,
    expected: ["5:19 error shared-key callers a and b"],
  },
  {
    name: "a key beside a digest",
    text: `${ok}callers:\n  a: { key: "\${A}", keySha256: "${"0".repeat(64)}" }\n`,
    env: keys,
    expected: ["4:32 error two-keys expected one of them"],
  },
  {
    name: "a key where its digest belongs",
    text: `${ok}callers:\n  a: { keySha256: the-secret-key-which-is-long }\n`,
    expected: ["4:19 error bad-value 64 hexadecimal digits, as `parlance key` prints them"],
  },
  {
    name: "a digest for whoever sends no proof",
    text: `${ok}callers:\n  anonymous: { keySha256: "${"0".repeat(64)}" }\n`,
    expected: ["4:27 error key-of-anonymous"],
  },
  {
    name: "a key that is a number",
    text: `${ok}callers:\n  a: { key: 123456 }\n`,
    expected: ["4:13 error wrong-type `callers.a.key` is a number;"],
  },
  {
    name: "an empty key, and one with a line end",
    text: `${ok}callers:\n  a: { key: "" }\n  b: { key: "a\\n" }\n`,
    expected: ["4:13 error bad-value", "5:13 error bad-value is not possible"],
  },
  {
    name: "a short key",
    text: `${ok}callers:\n  a: { key: abc }\n`,
    expected: ["4:13 warning short-key has 3 characters"],
  },
  {
    name: "grants that allow nothing",
    text: `${ok}callers:\n  a: { key: "\${A}", may: ["order.*", orders.defualt, "*"] }\n`,
    env: keys,
    expected: [
      "4:27 warning unknown-grant did you mean `orders.*`?",
      "4:38 warning unknown-grant did you mean `orders.default`?",
    ],
  },
  {
    name: "grants of another form",
    text: `${ok}callers:\n  a: { key: "\${A}", may: [orders, "*.get", "a.b.c"] }\n`,
    env: keys,
    expected: [
      "4:27 error bad-grant did you mean `orders.*`?",
      "4:35 error bad-grant",
      "4:44 error bad-grant",
    ],
  },
  {
    name: "narrowed grants that cannot be",
    text:
      `${ok}callers:\n  a:\n    key: "\${A}"\n    may:\n` +
      "      - { operations: orders }\n" +
      "      - { methods: [GET] }\n" +
      '      - { operations: "*", methods: [get] }\n' +
      '      - { operations: "*", methods: [] }\n' +
      `      - { operations: "*", scopes: ['a"b', "a b", ""] }\n` +
      '      - { operations: "*", scope: [a] }\n' +
      "      - 7\n",
    env: keys,
    expected: [
      "8:9 error missing-key has no `operations`",
      "9:38 error bad-value expected a method in upper case",
      "10:37 error bad-value",
      "11:37 error bad-value expected a scope",
      "11:44 error bad-value expected a scope",
      "11:51 error bad-value expected a scope",
      "12:28 error unknown-key did you mean `scopes`?",
      "13:9 error wrong-type or a map with these as `operations`",
    ],
  },
  {
    name: "narrowed grants of another form, and scopes that nothing tells",
    text:
      `${ok}callers:\n  a:\n    key: "\${A}"\n    may:\n` +
      "      - { operations: orders, scopes: [a] }\n" +
      "      - { operations: orders.defualt, methods: [GET] }\n",
    env: keys,
    expected: [
      "7:23 error bad-grant did you mean `orders.*`?",
      "7:31 warning scopes-unknown",
      "8:23 warning unknown-grant did you mean `orders.default`?",
    ],
  },
];

for (const one of [...routes, ...others, ...callers]) {
  test(`${one.name} is reported where it stands`, () => assertFindings(one));
}
