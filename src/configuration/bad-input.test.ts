import assert from "node:assert/strict";
import test from "node:test";
import { brief, loadText } from "#tests/support/load-text.ts";

interface Case {
  readonly name: string;
  readonly text: string | Buffer;
  /** `line:column severity code`, or the same followed by words of the message or suggestion. */
  readonly expected: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const ok = `version: 1\nservices: { orders: { instances: ["http://127.0.0.1:9101"] } }\n`;
const open = `${ok}callers: open\n`;

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

const documents: readonly Case[] = [
  { name: "an empty file", text: "", expected: ["1:1 error empty-file"] },
  { name: "a file of comments", text: "# nothing\n\n", expected: ["1:1 error empty-file"] },
  { name: "a text", text: "hello", expected: ["1:1 error wrong-type"] },
  { name: "a list", text: "- a\n", expected: ["1:1 error wrong-type"] },
  { name: "a repeated key", text: `${ok}version: 1\n`, expected: ["3:1 error repeated-key"] },
  {
    name: "a repeated key of a service",
    text: "version: 1\nservices:\n  a:\n    host: caller\n    host: caller\n",
    expected: [
      "5:5 error repeated-key key `host` stands here a second time; the first is in line 4",
    ],
  },
  { name: "two documents", text: `${ok}---\n${ok}`, expected: ["3:1 error several-documents"] },
  { name: "a tab", text: `${ok}listen:\n\tport: 1\n`, expected: ["4:1 error tab-indent"] },
  { name: "an open quote", text: `${ok}log: "x\n`, expected: ["4:1 error yaml-syntax"] },
  { name: "an open bracket", text: "version: [1\n", expected: ["2:1 error yaml-syntax"] },
  {
    name: "a colon in plain text",
    text: "version: 1\nlog: a: b\n",
    expected: ["2:6 error yaml-syntax check the indentation"],
  },
  {
    name: "a reference without quotes inside braces",
    text: `${ok}listen: { port: \${PORT} }\n`,
    env: { PORT: "1" },
    expected: ["3:18 error yaml-syntax write references in quotes"],
  },
  { name: "a tag", text: "version: !one 1\n", expected: ["1:10 error yaml-tag"] },
  { name: "YAML 1.1", text: `%YAML 1.1\n---\n${ok}`, expected: ["1:1 error yaml-version"] },
  { name: "a map as a key", text: `${ok}? [a]\n: 1\n`, expected: ["3:3 error key-not-text"] },
  { name: "an alias of nothing", text: "version: *a\n", expected: ["1:10 error unknown-alias"] },
  { name: "an alias of itself", text: "a: &a [*a]\n", expected: ["1:7 error nested-too-deep"] },
  {
    name: "an alias bomb",
    text: `a0: &a0 [x]
${Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]\n`).join("")}`,
    expected: ["5:22 error too-many-aliases"],
  },
  {
    name: "brackets without end",
    text: "[".repeat(20_000),
    expected: ["1 error nested-too-deep"],
  },
  {
    name: "a control character",
    text: "version: 1\na: \u0000",
    expected: ["2:4 error control-ch"],
  },
  {
    name: "UTF-16",
    text: Buffer.from(`\ufeff${ok}`, "utf16le"),
    expected: ["1:1 error not-utf8 UTF-16"],
  },
  {
    name: "a byte that is not UTF-8 behind a replacement character that is",
    text: Buffer.concat([Buffer.from("a: 1\nb: \ufffd"), Buffer.from([0xff])]),
    expected: ["2:5 error not-utf8"],
  },
  {
    name: "a byte order mark",
    text: `\ufeff${open}`,
    expected: ["1:1 warning byte-order-mark"],
  },
  {
    name: "more than 4 MiB",
    text: `${ok}#${"x".repeat(4 * 1024 * 1024)}`,
    expected: ["1:1 error file-too-large 4194304 bytes"],
  },
];

const shapes: readonly Case[] = [
  {
    name: "no version",
    text: "services: {}\n",
    expected: ["1:1 error missing-key has no `version`; expected 1"],
  },
  { name: "another version", text: ok.replace("1", "2"), expected: ["1:10 error bad-value"] },
  { name: "no services", text: "version: 1\n", expected: ["1:1 error missing-key"] },
  { name: "empty services", text: "version: 1\nservices:\n", expected: ["2:10 error wrong-type"] },
  {
    name: "a service without instances",
    text: "version: 1\nservices:\n  a: {}\n",
    expected: ["3:3 error missing-key `services.a` has no `instances`"],
  },
  {
    name: "no instance",
    text: "version: 1\nservices:\n  a: { instances: [] }\n",
    expected: ["3:19 error bad-value is an empty list; expected at least one instance"],
  },
  {
    name: "an unknown key at the top",
    text: `${ok}servises: {}\n`,
    expected: ["3:1 error unknown-key did you mean `services`?"],
  },
  {
    name: "an unknown key of a service",
    text: `version: 1\nservices:\n  a:\n    instances: ["http://a"]\n    instanses: 1\n`,
    expected: [
      "5:5 error unknown-key unknown key `instanses` in `services.a` (did you mean `instances`?)",
    ],
  },
  {
    name: "environments, which belong to a later version",
    text: `${open}environments: {}\n`,
    expected: ["4:1 error unknown-key known are version, listen,"],
  },
  {
    name: "a key called __proto__",
    text: `${open}__proto__: { port: 1 }\n`,
    expected: ["4:1 error unknown-key"],
  },
  {
    name: "text for a port",
    text: `${open}listen: { port: "80" }\n`,
    expected: ['4:17 error wrong-type `listen.port` is the text "80"; expected a port from 1 to'],
  },
  {
    name: "ports out of range",
    text: `${open}listen: { port: 65536, adminPort: -1 }\n`,
    expected: ["4:17 error bad-value", "4:35 error bad-value"],
  },
  {
    name: "a broken number",
    text: `${open}timeouts: { headMs: 1.5, bodyIdleMs: .inf }\n`,
    expected: ["4:21 error wrong-type", "4:38 error wrong-type"],
  },
  {
    name: "a delay beyond what timers take",
    text: `${open}timeouts: { headMs: 2147483648 }\n`,
    expected: ["4:21 error bad-value"],
  },
  {
    name: "a word that is nearly one of the list",
    text: `${open}log: { level: wran }\n`,
    expected: [
      "4:15 error bad-value expected debug or info or warn or error (did you mean `warn`?)",
    ],
  },
  {
    name: "a word for the number of workers",
    text: `${open}listen: { workers: many }\n`,
    expected: ["4:20 error bad-value expected a number from 1 to 256, or auto"],
  },
  {
    name: "another word than open",
    text: `${ok}callers: closed\n`,
    expected: ["3:10 error bad-value or the word open"],
  },
  ...["soap", "graphql", "rpc", "mcp", "Orders", "a_b", "a.b", ".well-known", "-a", "1", "é"].map(
    (name): Case => ({
      name: `the service name ${name}`,
      text: `version: 1\ncallers: open\nservices:\n  ${name}: { instances: ["http://a"] }\n`,
      expected: [`4:3 error bad-name name "${name}"`],
    }),
  ),
];

const references: readonly Case[] = [
  {
    name: "a variable that is not set",
    text: `${ok}callers:\n  shop: { key: "a-\${SHOPKEY}" }\n`,
    env: { SHOP_KEY: "x" },
    expected: ["4:19 error missing-variable `SHOPKEY` is not set (did you mean `SHOP_KEY`?)"],
  },
  {
    name: "two variables in one text",
    text: `${ok}log:\n  level: \${A} \${B}\n`,
    expected: ["4:10 error missing-variable", "4:15 error missing-variable"],
  },
  {
    name: "a reference without an end",
    text: `${ok}log:\n  level: x\${A\n`,
    expected: ["4:11 error bad-reference"],
  },
  {
    name: "a reference with a bad name",
    text: `${ok}log:\n  level: \${1A:=x}\n`,
    expected: ["4:10 error bad-reference"],
  },
  {
    name: "a variable that holds what does not fit",
    text: `${open}listen:\n  port: \${PORT}\n`,
    env: { PORT: "secret" },
    expected: ['5:9 error wrong-type "${PORT}" with its variables filled in'],
  },
];

const routes: readonly Case[] = [
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
  ).map(([path, words]): Case => ({
    name: `the path ${path}`,
    text: route(
      `{ id: b, path: ${path.includes("{") && !path.startsWith("'") ? `"${path}"` : path} }`,
    ),
    expected: [`7:22 error bad-path ${words}`],
  })),
  ...["/b", "/a/", "a", "/a/b/c/d", "/a/b/cd", "/"].map((prefix): Case => ({
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

const others: readonly Case[] = [
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
      ["unix:a.sock", "must be absolute"],
      ["unix:/run/", "must be absolute"],
      [`unix:/${"x".repeat(200)}`, "103 bytes at most"],
      ["unix:/a.sock:b", "must begin with `/`"],
    ] as const
  ).map(([url, words]): Case => ({
    name: `the instance ${url.slice(0, 30)}`,
    text: instance(url),
    expected: [`6:9 error bad-instance-url ${words}`],
  })),
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
    (block): Case => ({
      name: `the block ${block}`,
      text: `${open}listen:\n  trustedProxies: ["${block}"]\n`,
      expected: [`5:20 error bad-cidr "${block}"`],
    }),
  ),
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

const callers: readonly Case[] = [
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
];

const groups = { documents, shapes, references, routes, others, callers };

for (const [group, cases] of Object.entries(groups)) {
  for (const { name, text, env = {}, expected } of cases) {
    test(`${group}: ${name} is reported where it stands`, () => {
      const loaded = loadText(text, { env });
      const { configuration } = loaded;
      // Most cases are open to anybody so that there is one finding less.
      const isAboutOpen = expected.some((wanted) => wanted.includes("open-to-anybody"));
      const diagnostics = loaded.diagnostics.filter(
        ({ code }) => isAboutOpen || code !== "open-to-anybody",
      );
      assert.equal(diagnostics.length, expected.length, JSON.stringify(diagnostics, null, 1));
      for (const [index, wanted] of expected.entries()) {
        const found = diagnostics[index];
        assert.ok(found !== undefined);
        const { message, suggestion } = found;
        const whole = `${brief(found)} ${message}${suggestion === undefined ? "" : ` (${suggestion})`}`;
        const [, place = "", words = ""] = /^(\S+ \w+ \S+) ?(.*)$/s.exec(wanted) ?? [];
        if (place.includes(":"))
          assert.ok(whole.startsWith(place), `${whole}\nbegins with ${place}`);
        assert.ok(whole.includes(words), `${whole}\nholds ${words}`);
        assert.ok(!whole.includes("secret"), "no secret is shown");
      }
      const isRefused = expected.some((wanted) => wanted.includes(" error "));
      assert.equal(configuration === undefined, isRefused);
    });
  }
}
