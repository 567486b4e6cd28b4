/** Requests over HTTP/2 whose fields mean something else once they are spelled in HTTP/1.1. */
import { hostLine, lastChunk, smuggled, sources } from "./vector.ts";

type Http2Field = readonly [name: string, value: string];

export interface Http2Vector {
  readonly name: string;
  readonly class: string;
  readonly source: string;
  readonly fields: readonly Http2Field[];
  /** Sent in one DATA frame with END_STREAM; undefined: the HEADERS frame ends the stream. */
  readonly body?: string;
  /** Sent as a second HEADERS frame that ends the stream. */
  readonly trailers?: readonly Http2Field[];
}

function request(method = "POST", path = "/echo/x", authority = "gateway.test"): Http2Field[] {
  return [
    [":method", method],
    [":scheme", "http"],
    [":path", path],
    [":authority", authority],
  ];
}

type Row = readonly [
  name: string,
  fields: readonly Http2Field[],
  body?: string,
  trailers?: readonly Http2Field[],
];

function vectors(className: string, source: string, rows: readonly Row[]): Http2Vector[] {
  return rows.map(([name, fields, body, trailers]) => ({
    name,
    class: className,
    source,
    fields,
    ...(body === undefined ? {} : { body }),
    ...(trailers === undefined ? {} : { trailers }),
  }));
}

const n = String(smuggled.length);
const injected = `y\r\nTransfer-Encoding: chunked\r\n\r\n${smuggled}`;

export const http2Vectors: readonly Http2Vector[] = [
  ...vectors("H2.CL", sources.sequel, [
    ["a length of 0 before a body", [...request(), ["content-length", "0"]], smuggled],
    ["a length shorter than the body", [...request(), ["content-length", "4"]], smuggled],
    ["a length longer than the body", [...request(), ["content-length", "999"]], smuggled],
    ["two lengths", [...request(), ["content-length", "0"], ["content-length", n]], smuggled],
    ["a list of lengths", [...request(), ["content-length", `0, ${n}`]], smuggled],
    ["a signed length", [...request(), ["content-length", `+${n}`]], smuggled],
    ["a length without a body", [...request("GET"), ["content-length", n]]],
  ]),
  ...vectors("H2.TE", sources.sequel, [
    ["chunked", [...request(), ["transfer-encoding", "chunked"]], lastChunk + smuggled],
    ["chunked in capitals", [...request(), ["transfer-encoding", "CHUNKED"]], lastChunk + smuggled],
    ["an unknown coding", [...request(), ["transfer-encoding", "xchunked"]], lastChunk + smuggled],
    ["a name in capitals", [...request(), ["Transfer-Encoding", "chunked"]], lastChunk + smuggled],
    ["an underscore", [...request(), ["transfer_encoding", "chunked"]], lastChunk + smuggled],
    ["in the trailers", request(), smuggled, [["transfer-encoding", "chunked"]]],
  ]),
  ...vectors("H2 field injection", sources.sequel, [
    ["CRLF in a value", [...request(), ["x", injected]], "0\r\n\r\n"],
    ["LF in a value", [...request(), ["x", "y\nTransfer-Encoding: chunked"]], lastChunk + smuggled],
    ["CR in a value", [...request(), ["x", "y\rTransfer-Encoding: chunked"]], lastChunk + smuggled],
    ["NUL in a value", [...request(), ["x", "y\0z"]]],
    ["CRLF in a name", [...request(), ["x: y\r\ntransfer-encoding", "chunked"]], lastChunk],
    ["a colon in a name", [...request(), ["transfer-encoding: chunked\r\nx", "y"]], lastChunk],
    ["a colon in a name, alone", [...request(), ["foo:bar", "y"]]],
    ["a blank in a name", [...request(), ["content-length ", "0"]], smuggled],
    ["a blank before a name", [...request(), [" content-length", "0"]], smuggled],
    ["an empty name", [...request(), ["", "y"]]],
    ["a blank before a value", [...request(), ["x", " y"]]],
    ["CRLF in a trailer", request(), "abc", [["x", injected]]],
    ["content-length in a trailer", request(), "abc", [["content-length", "0"]]],
    ["a pseudo-field in the trailers", request(), "abc", [[":path", "/smuggled"]]],
  ]),
  ...vectors("H2 pseudo-field", sources.sequel, [
    ["CRLF in the method", request(`GET /smuggled HTTP/1.1\r\n${hostLine}\r\nX`)],
    ["a blank in the method", request("GET /smuggled")],
    ["an empty method", request("")],
    ["CRLF in the path", request("GET", `/echo/x HTTP/1.1\r\n${hostLine}\r\nGET /smuggled`)],
    ["a blank in the path", request("GET", "/echo/x /smuggled")],
    ["a version in the path", request("GET", "/smuggled HTTP/1.1")],
    ["an absolute path", request("GET", "http://evil.test/smuggled")],
    ["an empty path", request("GET", "")],
    ["a path without a slash", request("GET", "smuggled")],
    ["an asterisk", request("GET", "*")],
    ["dot segments", request("GET", "/echo/../smuggled")],
    ["a fragment", request("GET", "/echo/x#/smuggled")],
    ["CRLF in the authority", request("GET", "/echo/x", `a\r\n\r\n${smuggled}`)],
    ["a blank in the authority", request("GET", "/echo/x", "a b")],
    ["a path in the authority", request("GET", "/echo/x", "gateway.test/smuggled")],
    ["user information", request("GET", "/echo/x", "a@evil.test")],
    ["a second path", [...request("GET"), [":path", "/smuggled"]]],
    ["a second method", [...request("GET"), [":method", "POST"]]],
    ["a second authority", [...request("GET"), [":authority", "evil.test"]]],
    ["an unknown pseudo-field", [...request("GET"), [":evil", "1"]]],
    ["a status", [...request("GET"), [":status", "200"]]],
    ["a pseudo-field behind a field", [["x", "y"], ...request("GET")]],
    ["no path", request("GET").filter(([name]) => name !== ":path")],
    ["no method", request().filter(([name]) => name !== ":method")],
    ["no authority", request("GET").filter(([name]) => name !== ":authority")],
    ["another host than the authority", [...request("GET"), ["host", "evil.test"]]],
    ["two hosts", [...request("GET"), ["host", "gateway.test"], ["host", "evil.test"]]],
    [
      "CONNECT",
      [
        [":method", "CONNECT"],
        [":authority", "evil.test:80"],
      ],
    ],
  ]),
  ...vectors("H2 connection field", "RFC 9113 §8.2.2", [
    ["connection", [...request("GET"), ["connection", "content-length"]]],
    ["keep-alive", [...request("GET"), ["keep-alive", "timeout=5"]]],
    ["proxy-connection", [...request("GET"), ["proxy-connection", "keep-alive"]]],
    ["upgrade", [...request("GET"), ["upgrade", "websocket"], ["connection", "upgrade"]]],
    ["TE with something else", [...request("GET"), ["te", "chunked"]]],
    ["TE: trailers", [...request("GET"), ["te", "trailers"]]],
    ["an underscore spelling", [...request("GET"), ["x_forwarded_for", "10.0.0.1"]]],
  ]),
];
