/** Transfer-Encoding dressed up so that one side recognises it and the other does not (TE.TE). */
import {
  chunk,
  hostLine,
  lastChunk,
  passed,
  post,
  refused,
  refusedCoding,
  smuggled,
  sources,
  vectorsOf,
  type Row,
  type Vector,
} from "./vector.ts";

/** A body that hides the request from those who see chunks and shows it to those who do not. */
const hiding = chunk(smuggled) + lastChunk;

function coding(line: string): string {
  return post([line], hiding);
}

function withLength(line: string): string {
  return post(["Content-Length: 4", line], hiding);
}

/** Name, source and value; each runs alone and beside a Content-Length. */
const values: readonly (readonly [string, string, string])[] = [
  ["a letter before", sources.reborn, "xchunked"],
  ["letters behind", sources.reborn, "chunkedx"],
  ["identity behind", sources.reborn, "chunked, identity"],
  ["identity before", "CVE-2019-20445 (Netty), its family", "identity, chunked"],
  ["identity alone", "CVE-2022-1705 (Go)", "identity"],
  ["twice in a list", "CVE-2020-8287 (Node.js), its family", "chunked, chunked"],
  ["a comma behind", sources.garden, "chunked,"],
  ["a comma before", "CVE-2019-16786 (Waitress), its family", ",chunked"],
  ["a comma, a blank and a comma", sources.garden, ", ,chunked"],
  ["a parameter", sources.treqs, "chunked;q=1"],
  ["a semicolon", sources.treqs, "chunked;"],
  ["double quotes", sources.reborn, '"chunked"'],
  ["single quotes", sources.treqs, "'chunked'"],
  ["a vertical tab before", "CVE-2019-18277 (HAProxy)", "\x0bchunked"],
  ["a vertical tab behind", sources.treqs, "chunked\x0b"],
  ["a form feed before", sources.treqs, "\x0cchunked"],
  ["a form feed behind", sources.treqs, "chunked\x0c"],
  ["a NUL before", sources.treqs, "\0chunked"],
  ["a NUL behind", sources.treqs, "chunked\0"],
  ["a NUL inside", sources.treqs, "chun\0ked"],
  ["a DEL behind", sources.treqs, "chunked\x7f"],
  ["a backspace behind", sources.treqs, "chunkedx\x08"],
  ["a no-break space before", sources.treqs, "\xa0chunked"],
  ["a no-break space behind", sources.treqs, "chunked\xa0"],
  ["a NEL before", sources.treqs, "\x85chunked"],
  ["a byte order mark before", sources.treqs, "\xef\xbb\xbfchunked"],
  ["the Kelvin sign for k", sources.garden, "chun\xe2\x84\xaaed"],
  ["a dotted capital I elsewhere", sources.garden, "\xc4\xb0dentity, chunked"],
  ["a blank inside", sources.treqs, "chunk ed"],
  ["a word behind", sources.reborn, "chunked foo"],
  ["a word before", "CVE-2022-32213 (Node.js), its family", "foo chunked"],
  ["gzip before", sources.rfc, "gzip, chunked"],
  ["gzip behind", sources.rfc, "chunked, gzip"],
  ["gzip alone", sources.rfc, "gzip"],
  ["an unknown coding", "CVE-2024-1135 (Gunicorn)", "cow"],
  ["a prefix of it", sources.treqs, "chunke"],
  ["an empty value", sources.treqs, ""],
  ["a backslash", sources.treqs, "\\chunked"],
  ["a bare CR behind", "CVE-2023-30589 (Node.js), its family", "chunked\rX"],
  ["a bare CR before", sources.treqs, "\rchunked"],
  ["a bare LF before", sources.treqs, "\nchunked"],
];

const valueRows: readonly Row[] = values.flatMap(([name, source, value]) => [
  [`${name}, alone`, source, coding(`Transfer-Encoding: ${value}`), refusedCoding] as const,
  [
    `${name}, beside a length`,
    source,
    withLength(`Transfer-Encoding: ${value}`),
    refusedCoding,
  ] as const,
]);

/** Whole field lines; each runs beside a Content-Length. */
const lines: readonly (readonly [string, string, string])[] = [
  ["a space before the colon", "CVE-2021-22959 (Node.js)", "Transfer-Encoding : chunked"],
  ["a tab before the colon", sources.reborn, "Transfer-Encoding\t: chunked"],
  ["a space before the name", sources.reborn, "X: y\r\n Transfer-Encoding: chunked"],
  [
    "a space before the first name",
    "CVE-2022-35256 (Node.js), its family",
    " Transfer-Encoding: chunked",
  ],
  ["a folded value", "CVE-2022-32215 (Node.js)", "Transfer-Encoding:\r\n chunked"],
  ["a value folded with a tab", sources.reborn, "Transfer-Encoding: \r\n\tchunked"],
  [
    "a folded second coding",
    "CVE-2022-32215 (Node.js)",
    "Transfer-Encoding: chunked\r\n , identity",
  ],
  ["an underscore", sources.treqs, "Transfer_Encoding: chunked"],
  ["a blank in the name", sources.treqs, "Transfer Encoding: chunked"],
  ["behind a bare LF", "CVE-2022-32214 (Node.js)", "X: y\nTransfer-Encoding: chunked"],
  ["behind a bare CR", "CVE-2023-30589 (Node.js)", "X: y\rTransfer-Encoding: chunked"],
  ["behind CR CR LF", sources.garden, "X: y\r\r\nTransfer-Encoding: chunked"],
  ["behind LF CR", sources.treqs, "X: y\n\rTransfer-Encoding: chunked"],
  ["a line break before the colon", sources.reborn, "Transfer-Encoding\r\n : chunked"],
  ["a bare LF before the colon", sources.reborn, "Transfer-Encoding\n: chunked"],
  ["a NUL in the name", sources.treqs, "Transfer-\0Encoding: chunked"],
  ["a vertical tab behind the name", sources.treqs, "Transfer-Encoding\x0b: chunked"],
  ["a no-break space behind the name", sources.treqs, "Transfer-Encoding\xa0: chunked"],
  ["quotes round the name", sources.treqs, '"Transfer-Encoding": chunked'],
  ["no colon", "CVE-2019-20444 (Netty)", "Transfer-Encoding chunked"],
  ["an equals sign for the colon", sources.treqs, "Transfer-Encoding= chunked"],
  ["a fullwidth colon", sources.treqs, "Transfer-Encoding\xef\xbc\x9a chunked"],
  ["a long s in the name", sources.garden, "Tran\xc5\xbffer-Encoding: chunked"],
  ["two fields, chunked first", "CVE-2020-8287 (Node.js)", twice("chunked", "identity")],
  ["two fields, chunked last", "CVE-2020-8287 (Node.js)", twice("identity", "chunked")],
  ["two fields, an unknown one last", sources.reborn, twice("chunked", "cow")],
  ["two equal fields", "CVE-2020-10108 (Twisted), its family", twice("chunked", "chunked")],
  [
    "two fields of different case",
    sources.reborn,
    "Transfer-Encoding: chunked\r\nTransfer-encoding: x",
  ],
  ["an empty second field", sources.garden, twice("chunked", "")],
];

function twice(first: string, second: string): string {
  return `Transfer-Encoding: ${first}\r\nTransfer-Encoding: ${second}`;
}

const legal: readonly Row[] = [
  ["capital letters, which is legal", "RFC 9112 §7", coding("Transfer-Encoding: CHUNKED"), passed],
  ["no blank behind the colon", "RFC 9112 §5", coding("tRANSFER-eNCODING:chunked"), passed],
  ["tabs around the value", sources.reborn, coding("Transfer-Encoding:\tchunked\t"), passed],
];

const lineRows: readonly Row[] = lines.flatMap(([name, source, line]) => [
  [`${name}, alone`, source, coding(line), refusedCoding] as const,
  [`${name}, beside a length`, source, withLength(line), refusedCoding] as const,
]);

const special: readonly Row[] = [
  [
    "a request line that swallows it",
    sources.klein,
    `POST /echo/x HTTP/1.1\rTransfer-Encoding: chunked\r\n${hostLine}\r\n${hiding}`,
    refused,
  ],
];

export const codingVectors: readonly Vector[] = [
  ...vectorsOf("TE.TE value", valueRows),
  ...vectorsOf("TE.TE line", lineRows),
  ...vectorsOf("TE.TE legal", legal),
  ...vectorsOf("TE.TE request line", special),
];
