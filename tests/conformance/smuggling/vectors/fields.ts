/** Host, field names and values, and what `Connection` is made to take away. */
import { get, passed, post, refused, smuggled, sources, vectorsOf, type Vector } from "./vector.ts";

function withHost(lines: string, version = "1.1"): string {
  return `GET /echo/x HTTP/${version}\r\n${lines}\r\n`;
}

const hosts = vectorsOf("Host", [
  ["none", "RFC 9112 §3.2", withHost(""), refused],
  ["two equal ones", sources.troubles, withHost("Host: a.test\r\nHost: a.test\r\n"), refused],
  ["two different ones", sources.troubles, withHost("Host: a.test\r\nHost: b.test\r\n"), refused],
  ["two in HTTP/1.0", sources.troubles, withHost("Host: a\r\nHost: b\r\n", "1.0"), refused],
  ["a list", sources.troubles, withHost("Host: a.test, b.test\r\n"), refused],
  ["an empty one", sources.troubles, withHost("Host:\r\n"), undefined],
  ["a blank inside", sources.troubles, withHost("Host: a.test b.test\r\n"), refused],
  ["a tab inside", sources.troubles, withHost("Host: a.test\tb.test\r\n"), refused],
  ["user information", sources.hostAttacks, withHost("Host: a.test@evil.test\r\n"), refused],
  ["a path", sources.hostAttacks, withHost("Host: a.test/evil\r\n"), refused],
  ["a query", sources.hostAttacks, withHost("Host: a.test?evil\r\n"), refused],
  ["a fragment", sources.hostAttacks, withHost("Host: a.test#evil\r\n"), refused],
  ["a URL", sources.hostAttacks, withHost("Host: http://a.test\r\n"), refused],
  ["a port that is no number", sources.hostAttacks, withHost("Host: a.test:evil\r\n"), refused],
  ["a port with a path", sources.hostAttacks, withHost("Host: a.test:80/x\r\n"), refused],
  ["two ports", sources.hostAttacks, withHost("Host: a.test:80:81\r\n"), refused],
  ["a backslash", sources.hostAttacks, withHost("Host: a.test\\evil\r\n"), refused],
  ["a quote", sources.hostAttacks, withHost('Host: a.test"evil\r\n'), refused],
  ["angle brackets", sources.hostAttacks, withHost("Host: <evil>\r\n"), refused],
  ["obs-text", sources.troubles, withHost("Host: \xe4.test\r\n"), refused],
  ["a NUL", sources.troubles, withHost("Host: a.test\0.evil\r\n"), refused],
  ["bad percent-encoding", sources.troubles, withHost("Host: a%zz.test\r\n"), refused],
  ["an open bracket", sources.troubles, withHost("Host: [::1\r\n"), refused],
  ["an IPv6 address, which is legal", "RFC 9110 §7.2", withHost("Host: [::1]:80\r\n"), passed],
  ["a space before the colon", sources.troubles, withHost("Host : a.test\r\n"), refused],
  ["a space before the name", sources.troubles, withHost("X: y\r\n Host: a.test\r\n"), refused],
  ["a second one that is indented", sources.troubles, withHost("Host: a\r\n Host: b\r\n"), refused],
  ["a first one that is indented", sources.troubles, withHost(" Host: b\r\nHost: a\r\n"), refused],
  ["a second one behind a bare LF", sources.troubles, withHost("Host: a\nHost: b\r\n"), refused],
  ["folded", sources.troubles, withHost("Host:\r\n a.test\r\n"), refused],
  [
    "X-Forwarded-Host beside it",
    sources.hostAttacks,
    get("/echo/x", ["X-Forwarded-Host: evil.test"]),
    passed,
  ],
]);

const names = vectorsOf("field name", [
  ["an empty name", "CVE-2023-25725 (HAProxy)", get("/echo/x", [": y"]), refused],
  ["a line without colon", sources.treqs, get("/echo/x", ["Xy"]), refused],
  ["a blank before the colon", "RFC 9112 §5.1", get("/echo/x", ["X : y"]), refused],
  ["a NUL", sources.treqs, get("/echo/x", ["X\0Y: z"]), refused],
  ["obs-text", sources.treqs, get("/echo/x", ["X\xff: z"]), refused],
  ["parentheses", sources.treqs, get("/echo/x", ["X(y): z"]), refused],
  ["a slash", sources.treqs, get("/echo/x", ["X/y: z"]), refused],
  ["an at sign", sources.treqs, get("/echo/x", ["X@y: z"]), refused],
  ["a DEL", sources.treqs, get("/echo/x", ["X\x7f: z"]), refused],
  ["a bare CR", sources.treqs, get("/echo/x", ["X\rY: z"]), refused],
  [
    "X_Forwarded_For",
    "CVE-2015-0219 (Django)",
    get("/echo/x", ["X_Forwarded_For: 10.0.0.1"]),
    refused,
  ],
  [
    "X-Forwarded_For",
    "CVE-2015-0219 (Django)",
    get("/echo/x", ["X-Forwarded_For: 10.0.0.1"]),
    refused,
  ],
  [
    "x_forwarded_for",
    "CVE-2015-0219 (Django)",
    get("/echo/x", ["x_forwarded_for: 10.0.0.1"]),
    refused,
  ],
  [
    "X_Forwarded_Proto",
    "CVE-2015-0219 (Django)",
    get("/echo/x", ["X_Forwarded_Proto: https"]),
    refused,
  ],
  [
    "X_Forwarded_Host",
    "CVE-2015-0219 (Django)",
    get("/echo/x", ["X_Forwarded_Host: evil"]),
    refused,
  ],
  ["an underscore of no importance", sources.rfc, get("/echo/x", ["My_Field: 1"]), passed],
  ["all legal characters", "RFC 9110 §5.6.2", get("/echo/x", ["!#$%&'*+-.^`|~0aZ: z"]), passed],
]);

const values = vectorsOf("field value", [
  ["a NUL", "RFC 9110 §5.5", get("/echo/x", ["X: a\0b"]), refused],
  ["a bare CR", "RFC 9110 §5.5", get("/echo/x", ["X: a\rb"]), refused],
  ["a bare LF", "RFC 9110 §5.5", get("/echo/x", ["X: a\nb"]), refused],
  ["a bare LF and a request", sources.klein, get("/echo/x", [`X: a\n\n${smuggled}`]), refused],
  ["a bell", "RFC 9110 §5.5", get("/echo/x", ["X: a\x07b"]), refused],
  ["a DEL", "RFC 9110 §5.5", get("/echo/x", ["X: a\x7fb"]), refused],
  ["an escape", "RFC 9110 §5.5", get("/echo/x", ["X: \x1b[2J"]), refused],
  ["obs-fold", "RFC 9112 §5.2", get("/echo/x", ["X: a\r\n b"]), refused],
  ["obs-fold with nothing in it", "RFC 9112 §5.2", get("/echo/x", ["X: a\r\n "]), refused],
  ["obs-text, which is legal", "RFC 9110 §5.5", get("/echo/x", ["X: caf\xe9"]), passed],
  ["a tab inside, which is legal", "RFC 9110 §5.5", get("/echo/x", ["X: a\tb"]), passed],
  ["nothing, which is legal", "RFC 9110 §5.5", get("/echo/x", ["X:"]), passed],
  ["64 kB", "RFC 6585 §5", get("/echo/x", [`X: ${"a".repeat(65_536)}`]), [431]],
  ["1,000 fields", "RFC 6585 §5", get("/echo/x", Array<string>(1_000).fill("X: y")), [431]],
]);

function nominated(name: string): string {
  return post(
    [
      `Connection: ${name}`,
      "Content-Length: 3",
      "Authorization: Basic eDp5",
      "Cookie: a=b",
      "X-Request-Id: 0123456789abcdef",
    ],
    "abc",
  );
}

const hopByHop = vectorsOf("Connection", [
  ["takes Content-Length", sources.hopByHop, nominated("Content-Length"), undefined],
  ["takes Transfer-Encoding", sources.hopByHop, nominated("Transfer-Encoding"), undefined],
  ["takes Host", sources.hopByHop, nominated("Host"), undefined],
  ["takes Authorization", "CVE-2022-1388 (BIG-IP)", nominated("Authorization"), undefined],
  ["takes Cookie", sources.hopByHop, nominated("Cookie"), undefined],
  ["takes X-Forwarded-For", "CVE-2022-31813 (httpd)", nominated("X-Forwarded-For"), undefined],
  ["takes X-Forwarded-Host", "CVE-2022-31813 (httpd)", nominated("X-Forwarded-Host"), undefined],
  ["takes X-Request-Id", sources.hopByHop, nominated("X-Request-Id"), undefined],
  ["takes Via", sources.hopByHop, nominated("Via"), undefined],
  [
    "takes all of them",
    sources.hopByHop,
    nominated("close, host, content-length, authorization, x-forwarded-for"),
  ],
  ["takes Content-Length in capitals", sources.hopByHop, nominated("CONTENT-LENGTH"), undefined],
  ["names what is no token", sources.hopByHop, nominated('"Content-Length"'), undefined],
  ["names nothing", sources.hopByHop, nominated(", ,"), undefined],
  ["is folded", sources.hopByHop, nominated("close,\r\n Host"), refused],
  [
    "takes Content-Length of a body that is a request",
    sources.hopByHop,
    post(["Connection: Content-Length", `Content-Length: ${smuggled.length}`], smuggled),
    undefined,
  ],
  [
    "takes Transfer-Encoding of a body that is a request",
    sources.hopByHop,
    post(
      ["Connection: Transfer-Encoding", "Transfer-Encoding: chunked"],
      `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    ),
    undefined,
  ],
  [
    "stands beside Proxy-Connection",
    sources.hopByHop,
    get("/echo/x", ["Proxy-Connection: keep-alive"]),
    passed,
  ],
  [
    "stands beside Keep-Alive",
    "RFC 9110 §7.6.1",
    get("/echo/x", ["Keep-Alive: timeout=5"]),
    passed,
  ],
  [
    "stands beside TE",
    "RFC 9110 §10.1.4",
    get("/echo/x", ["Connection: TE", "TE: trailers, gzip"]),
    passed,
  ],
  ["hides a TE without naming it", "RFC 9110 §10.1.4", get("/echo/x", ["TE: chunked"]), passed],
]);

export const fieldVectors: readonly Vector[] = [...hosts, ...names, ...values, ...hopByHop];
