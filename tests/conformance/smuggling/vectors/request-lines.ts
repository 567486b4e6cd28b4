/** Request lines and what stands before them, cut up differently by different readers. */
import {
  get,
  hostLine,
  passed,
  refused,
  smuggled,
  sources,
  vectorsOf,
  type Vector,
} from "./vector.ts";

function start(line: string): string {
  return `${line}\r\n${hostLine}\r\n`;
}

const requestLines = vectorsOf("request line", [
  ["two spaces behind the method", sources.treqs, start("GET  /echo/x HTTP/1.1"), refused],
  ["two spaces before the version", sources.treqs, start("GET /echo/x  HTTP/1.1"), refused],
  ["a space behind the version", sources.treqs, start("GET /echo/x HTTP/1.1 "), refused],
  ["a space before the method", sources.treqs, start(" GET /echo/x HTTP/1.1"), refused],
  ["a tab for the space", sources.treqs, start("GET\t/echo/x HTTP/1.1"), refused],
  ["a tab before the version", sources.treqs, start("GET /echo/x\tHTTP/1.1"), refused],
  [
    "a vertical tab for the space",
    "CVE-2016-8743 (httpd)",
    start("GET\x0b/echo/x HTTP/1.1"),
    refused,
  ],
  ["a form feed for the space", "CVE-2016-8743 (httpd)", start("GET /echo/x\x0cHTTP/1.1"), refused],
  ["a bare CR for the space", "CVE-2016-8743 (httpd)", start("GET\r/echo/x HTTP/1.1"), refused],
  ["a space in the target", sources.tsai, start("GET /echo/x /smuggled HTTP/1.1"), refused],
  [
    "a version in the target",
    "CVE-2023-25690 (httpd), its family",
    start("GET /echo/x HTTP/1.1 HTTP/1.1"),
    refused,
  ],
  ["a NUL in the target", sources.treqs, start("GET /echo/x\0 HTTP/1.1"), refused],
  [
    "a control character in the target",
    "CVE-2016-6816 (Tomcat)",
    start("GET /echo/\x01 HTTP/1.1"),
    refused,
  ],
  ["obs-text in the target", sources.treqs, start("GET /echo/\xff HTTP/1.1"), refused],
  ["a fragment", sources.tsai, start("GET /echo/x#/../smuggled HTTP/1.1"), refused],
  ["a quote in the target", "CVE-2016-6816 (Tomcat)", start('GET /echo/"x HTTP/1.1'), undefined],
  ["no version (HTTP/0.9)", "CVE-2017-7656 (Jetty)", "GET /echo/x\r\n", [400, 505]],
  ["no version, with fields", "CVE-2017-7656 (Jetty)", start("GET /echo/x"), [400, 505]],
  ["HTTP/0.9 by name", sources.treqs, start("GET /echo/x HTTP/0.9"), [400, 505]],
  ["HTTP/1.2", sources.klein, start("GET /echo/x HTTP/1.2"), [505]],
  ["HTTP/2.0", sources.treqs, start("GET /echo/x HTTP/2.0"), [505]],
  ["HTTP/1.10", sources.treqs, start("GET /echo/x HTTP/1.10"), [400, 505]],
  ["HTTP/01.1", sources.treqs, start("GET /echo/x HTTP/01.1"), [400, 505]],
  ["HTTP/1.", sources.treqs, start("GET /echo/x HTTP/1."), [400, 505]],
  ["HTTP/1,1", sources.treqs, start("GET /echo/x HTTP/1,1"), [400, 505]],
  ["HTTP/+1.1", sources.treqs, start("GET /echo/x HTTP/+1.1"), [400, 505]],
  ["a version in lower case", sources.treqs, start("GET /echo/x http/1.1"), [400, 505]],
  ["another protocol", sources.treqs, start("GET /echo/x ICAP/1.1"), [400, 505]],
  ["a byte behind the version", sources.treqs, start("GET /echo/x HTTP/1.1x"), [400, 505]],
  ["a bare LF", "CVE-2019-16785 (Waitress)", `GET /echo/x HTTP/1.1\n${hostLine}\r\n`, refused],
  [
    "bare LFs only",
    "CVE-2019-16785 (Waitress)",
    "GET /echo/x HTTP/1.1\nHost: gateway.test\n\n",
    refused,
  ],
  ["a bare CR", "CVE-2023-30589 (Node.js)", `GET /echo/x HTTP/1.1\r${hostLine}\r\n`, refused],
  ["CR CR LF", sources.garden, `GET /echo/x HTTP/1.1\r\r\n${hostLine}\r\n`, refused],
  [
    "a head that ends in LF",
    sources.garden,
    `GET /echo/x HTTP/1.1\r\n${hostLine}\n${smuggled}`,
    refused,
  ],
  [
    "a head that ends in LF CR LF",
    sources.garden,
    `GET /echo/x HTTP/1.1\r\n${hostLine}\n\r\n`,
    refused,
  ],
  [
    "a head that ends in CR",
    sources.garden,
    `GET /echo/x HTTP/1.1\r\n${hostLine}\r${smuggled}`,
    refused,
  ],
  [
    "a head that ends in CR CR LF",
    sources.garden,
    `GET /echo/x HTTP/1.1\r\n${hostLine}\r\r\n`,
    refused,
  ],
  ["one empty line before", "RFC 9112 §2.2", `\r\n${get("/echo/x")}`, passed],
  ["several empty lines before", sources.treqs, `\r\n\r\n\r\n${get("/echo/x")}`, refused],
  ["a bare LF before", sources.treqs, `\n${get("/echo/x")}`, refused],
  ["a bare CR before", sources.treqs, `\r${get("/echo/x")}`, refused],
  ["a NUL before", sources.treqs, `\0${get("/echo/x")}`, refused],
  ["a byte order mark before", sources.treqs, `\xef\xbb\xbf${get("/echo/x")}`, refused],
  ["a field before", sources.treqs, `X: y\r\n${get("/echo/x")}`, [400, 505]],
  ["a method with a colon", sources.treqs, start("GET: /echo/x HTTP/1.1"), refused],
  [
    "a method with a slash",
    "CVE-2021-33193 (httpd), its family",
    start("GET/ /echo/x HTTP/1.1"),
    refused,
  ],
  ["a method in quotes", sources.treqs, start('"GET" /echo/x HTTP/1.1'), refused],
  ["a method with a NUL", sources.treqs, start("G\0ET /echo/x HTTP/1.1"), refused],
  ["an empty method", sources.treqs, start(" /echo/x HTTP/1.1"), refused],
  ["a method of 10 kB", sources.treqs, start(`${"G".repeat(10_000)} /echo/x HTTP/1.1`), undefined],
  ["a method in lower case", sources.treqs, start("get /echo/x HTTP/1.1"), undefined],
  ["CONNECT", sources.treqs, "CONNECT evil.test:80 HTTP/1.1\r\nHost: evil.test:80\r\n\r\n", [405]],
  ["CONNECT to a path", sources.treqs, start("CONNECT /echo/x HTTP/1.1"), [400, 405]],
  ["TRACE with a body", sources.responses, traceWithBody(), undefined],
  ["a target in authority form", sources.treqs, start("GET gateway.test:80 HTTP/1.1"), refused],
  ["an asterisk for GET", sources.treqs, start("GET * HTTP/1.1"), refused],
  ["a target without a slash", sources.treqs, start("GET echo/x HTTP/1.1"), refused],
  ["an empty target", sources.treqs, start("GET  HTTP/1.1"), refused],
  ["a target that begins with @", sources.tsai, start("GET @evil.test/echo/x HTTP/1.1"), refused],
  [
    "a target that begins with a question mark",
    sources.tsai,
    start("GET ?/echo/x HTTP/1.1"),
    refused,
  ],
  ["a target of 100 kB", sources.treqs, get(`/echo/${"x".repeat(100_000)}`), [414, 431]],
]);

function traceWithBody(): string {
  const length = smuggled.length;
  return `TRACE /echo/x HTTP/1.1\r\n${hostLine}Content-Length: ${length}\r\n\r\n${smuggled}`;
}

const absolute = vectorsOf("absolute-form", [
  ["the same authority as Host", "RFC 9112 §3.2.2", get("http://gateway.test/echo/x"), passed],
  ["another authority than Host", sources.troubles, get("http://evil.test/echo/x"), undefined],
  ["user information", sources.troubles, get("http://gateway.test@evil.test/echo/x"), refused],
  ["an empty authority", sources.troubles, get("http:///echo/x"), refused],
  ["no path", "RFC 9110 §4.2.3", get("http://gateway.test"), undefined],
  ["no path and a query", "RFC 9110 §4.2.3", get("http://gateway.test?/echo/x"), undefined],
  [
    "a path with dot segments",
    sources.troubles,
    get("http://gateway.test/echo/../smuggled"),
    refused,
  ],
  [
    "a backslash behind the authority",
    sources.troubles,
    get("http://gateway.test\\@evil.test/echo/x"),
    refused,
  ],
  ["a blank in the authority", sources.troubles, get("http://gateway.test /echo/x"), refused],
  ["another scheme", sources.troubles, get("ftp://gateway.test/echo/x"), undefined],
  ["a file URL", sources.troubles, get("file:///etc/passwd"), refused],
  ["one slash behind the scheme", sources.troubles, get("http:/gateway.test/echo/x"), refused],
  ["a bad port", sources.troubles, get("http://gateway.test:port/echo/x"), refused],
]);

export const requestLineVectors: readonly Vector[] = [...requestLines, ...absolute];
