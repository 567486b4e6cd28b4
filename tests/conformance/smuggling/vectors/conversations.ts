/** Expect, Upgrade, pauses and connections that go on behind a refusal. */
import {
  chunk,
  get,
  hostLine,
  lastChunk,
  passed,
  post,
  refused,
  smuggled,
  sources,
  vectorsOf,
  type Vector,
} from "./vector.ts";

const n = smuggled.length;
const length = `Content-Length: ${n}`;
const pause = { pauseMs: 60 } as const;

function slow(fields: readonly string[], body: string): readonly (string | typeof pause)[] {
  return [post(fields), pause, body];
}

const expectations = vectorsOf("Expect", [
  [
    "a body without waiting",
    sources.endgame,
    post(["Expect: 100-continue", length], smuggled),
    passed,
  ],
  [
    "a body after a pause",
    sources.endgame,
    slow(["Expect: 100-continue", length], smuggled),
    passed,
  ],
  [
    "in a GET",
    sources.endgame,
    get("/echo/x", ["Expect: 100-continue", length]) + smuggled,
    passed,
  ],
  ["in a GET without body", sources.endgame, get("/echo/x", ["Expect: 100-continue"]), undefined],
  ["in an OPTIONS", "CVE-2025-32094 (Akamai)", options("Expect: 100-continue"), undefined],
  [
    "folded, in an OPTIONS",
    "CVE-2025-32094 (Akamai)",
    options("Expect:\r\n 100-continue"),
    refused,
  ],
  [
    "a letter before",
    sources.endgame,
    post(["Expect: y100-continue", length], smuggled),
    undefined,
  ],
  [
    "a letter behind",
    sources.endgame,
    post(["Expect: 100-continuex", length], smuggled),
    undefined,
  ],
  ["a bare word", sources.endgame, post(["Expect: x", length], smuggled), undefined],
  [
    "twice",
    sources.endgame,
    post(["Expect: 100-continue", "Expect: 100-continue", length], smuggled),
    undefined,
  ],
  [
    "a list",
    sources.endgame,
    post(["Expect: 100-continue, 100-continue", length], smuggled),
    undefined,
  ],
  [
    "a line break inside",
    sources.endgame,
    post(["Expect: 100-\ncontinue", length], smuggled),
    refused,
  ],
  ["capital letters", sources.endgame, post(["Expect: 100-CONTINUE", length], smuggled), passed],
  [
    "with chunks",
    sources.endgame,
    post(["Expect: 100-continue", "Transfer-Encoding: chunked"], chunk(smuggled) + lastChunk),
    passed,
  ],
  [
    "with both lengths",
    sources.endgame,
    post(["Expect: 100-continue", length, "Transfer-Encoding: chunked"], lastChunk + smuggled),
    refused,
  ],
  [
    "in HTTP/1.0",
    "RFC 9110 §10.1.1",
    `POST /echo/x HTTP/1.0\r\n${hostLine}Expect: 100-continue\r\n${length}\r\n\r\n${smuggled}`,
  ],
]);

function options(line: string): string {
  return `OPTIONS /echo/x HTTP/1.1\r\n${hostLine}${length}\r\n${line}\r\n\r\n${smuggled}`;
}

const h2c = ["Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"];
const socketKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

const upgrades = vectorsOf("Upgrade", [
  ["h2c", sources.h2c, get("/echo/x", ["Upgrade: h2c", ...h2c]), undefined],
  ["h2c in capitals", sources.h2c, get("/echo/x", ["Upgrade: H2C", ...h2c]), undefined],
  ["h2c in a list", sources.h2c, get("/echo/x", ["Upgrade: websocket, h2c", ...h2c]), undefined],
  [
    "h2c in a second field",
    sources.h2c,
    get("/echo/x", ["Upgrade: a", "Upgrade: h2c", ...h2c]),
    undefined,
  ],
  ["h2c without Connection", sources.h2c, get("/echo/x", ["Upgrade: h2c"]), undefined],
  ["h2c by settings only", sources.h2c, get("/echo/x", h2c), undefined],
  ["h2c with a body", sources.h2c, post(["Upgrade: h2c", ...h2c, length], smuggled), undefined],
  ["TLS", "RFC 2817 §3.1", get("/echo/x", ["Connection: Upgrade", "Upgrade: TLS/1.0"]), undefined],
  [
    "a refused WebSocket with a request behind it",
    sources.webSocket,
    [
      get("/echo/x", [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 1337",
        socketKey,
      ]),
      pause,
      smuggled.replace("/smuggled", "/echo/second"),
    ],
    undefined,
  ],
  [
    "a WebSocket with a body that is a request",
    sources.webSocket,
    post(
      ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", socketKey, length],
      smuggled,
    ),
    undefined,
  ],
  [
    "a WebSocket with a chunked body",
    sources.webSocket,
    post(
      ["Connection: Upgrade", "Upgrade: websocket", "Transfer-Encoding: chunked", socketKey],
      chunk(smuggled) + lastChunk,
    ),
    undefined,
  ],
  [
    "Upgrade that Connection does not name",
    sources.webSocket,
    get("/echo/x", ["Upgrade: websocket"]),
    undefined,
  ],
  [
    "Connection: upgrade without Upgrade",
    sources.webSocket,
    get("/echo/x", ["Connection: upgrade"]),
    passed,
  ],
  [
    "Upgrade in HTTP/1.0",
    "RFC 9110 §7.8",
    `GET /echo/x HTTP/1.0\r\n${hostLine}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
  ],
  [
    "the HTTP/2 preface behind a request",
    sources.h2c,
    [get("/echo/x"), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    undefined,
  ],
  ["a broken HTTP/2 preface", sources.h2c, "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", [400, 505]],
]);

const behind = vectorsOf("behind a refusal", [
  ["a refused head and a request", sources.rfc, get("/echo/x", ["X : y"]) + smuggled, refused],
  [
    "a refused coding and a request",
    sources.rfc,
    post(["Transfer-Encoding: x"], smuggled),
    [400, 501],
  ],
  [
    "a refused chunk and a request",
    sources.rfc,
    post(["Transfer-Encoding: chunked"], `x\r\n${smuggled}`),
    refused,
  ],
  [
    "a refused method and a request",
    sources.rfc,
    `CONNECT a.test:1 HTTP/1.1\r\nHost: a.test:1\r\n\r\n${smuggled}`,
    [405],
  ],
  ["an unknown path with a body", sources.browser, post([length], smuggled, "/nowhere"), [404]],
  [
    "an unknown path with a slow body",
    sources.browser,
    [post([length], "", "/nowhere"), pause, smuggled],
    [404],
  ],
  [
    "an unknown path with chunks",
    sources.browser,
    post(["Transfer-Encoding: chunked"], chunk(smuggled) + lastChunk, "/nowhere"),
    [404],
  ],
  [
    "a head sent byte by byte",
    sources.treqs,
    [...post(["Content-Length: 1"], "x")].slice(0, 120),
    passed,
  ],
  ["a half-sent head", sources.browser, `GET /echo/x HTTP/1.1\r\n${hostLine}X: `, undefined],
  ["a body that stops", sources.browser, post(["Content-Length: 10"], "abc"), undefined],
  ["chunks that stop", sources.browser, post(["Transfer-Encoding: chunked"], "5\r\nab"), undefined],
  [
    "close, and a request behind it",
    "RFC 9112 §9.6",
    get("/echo/x", ["Connection: close"]) + smuggled,
    passed,
  ],
  [
    "HTTP/1.0, and a request behind it",
    "RFC 9112 §9.3",
    `GET /echo/x HTTP/1.0\r\n${hostLine}\r\n${smuggled}`,
    passed,
  ],
]);

export const conversationVectors: readonly Vector[] = [...expectations, ...upgrades, ...behind];
