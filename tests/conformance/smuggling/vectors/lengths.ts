/** Content-Length against Transfer-Encoding, against itself, and in spellings that some misread. */
import {
  chunk,
  crlf,
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

const chunkedBody = lastChunk + smuggled;

const bothLengths = vectorsOf("CL.TE and TE.CL", [
  [
    "a length that covers a terminated chunked body and a request",
    sources.watchfire,
    post([`Content-Length: ${chunkedBody.length}`, "Transfer-Encoding: chunked"], chunkedBody),
    refused,
  ],
  [
    "a chunk that holds a request behind a short length",
    sources.reborn,
    post(["Content-Length: 4", "Transfer-Encoding: chunked"], chunk(smuggled) + lastChunk),
    refused,
  ],
  [
    "the coding before the length",
    sources.reborn,
    post(["Transfer-Encoding: chunked", `Content-Length: ${chunkedBody.length}`], chunkedBody),
    refused,
  ],
  [
    "a length of 0 beside chunked",
    sources.reborn,
    post(["Content-Length: 0", "Transfer-Encoding: chunked"], chunk("a=b") + lastChunk),
    refused,
  ],
  [
    "both lengths that agree",
    sources.rfc,
    post(["Content-Length: 5", "Transfer-Encoding: chunked"], lastChunk),
    refused,
  ],
  [
    "both lengths in a GET",
    sources.reborn,
    get("/echo/x", [`Content-Length: ${chunkedBody.length}`, "Transfer-Encoding: chunked"]) +
      chunkedBody,
    refused,
  ],
  [
    "chunked in HTTP/1.0",
    sources.klein,
    `POST /echo/x HTTP/1.0\r\n${hostLine}Transfer-Encoding: chunked\r\n\r\n${chunkedBody}`,
    refused,
  ],
  [
    "both lengths in HTTP/1.0 with keep-alive",
    sources.garden,
    `POST /echo/x HTTP/1.0\r\n${hostLine}Connection: keep-alive\r\nContent-Length: ` +
      `${chunkedBody.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedBody}`,
    refused,
  ],
]);

const duplicates = vectorsOf("duplicate Content-Length", [
  ["two different lengths, the short one first", sources.watchfire, twoLengths(0, 44), refused],
  ["two different lengths, the long one first", sources.watchfire, twoLengths(44, 0), refused],
  ["two equal lengths", "RFC 9112 §6.3", twoLengths(44, 44), refused],
  ["equal lengths in a list", "RFC 9110 §8.6", oddLength("44, 44"), refused],
  ["different lengths in a list", sources.garden, oddLength("0, 44"), refused],
  ["a list that ends in a comma", sources.garden, oddLength("44,"), refused],
  ["a list that begins with a comma", sources.garden, oddLength(",44"), refused],
]);

function twoLengths(first: number, second: number): string {
  return post([`Content-Length: ${first}`, `Content-Length: ${second}`], smuggled);
}

function oddLength(value: string): string {
  return post([`Content-Length: ${value}`], smuggled);
}

const n = smuggled.length;
const spellings = vectorsOf("Content-Length spelling", [
  ["a plus sign", "CVE-2021-32715 (hyper), CVE-2022-24801 (Twisted)", oddLength(`+${n}`), refused],
  ["a minus sign", sources.treqs, oddLength(`-${n}`), refused],
  ["minus zero", sources.garden, oddLength("-0"), refused],
  ["hexadecimal", sources.treqs, oddLength(`0x${n.toString(16)}`), refused],
  ["hexadecimal digits without prefix", sources.treqs, oddLength("2c"), refused],
  ["an empty value", "CVE-2023-40225 (HAProxy)", oddLength(""), refused],
  ["an empty value before a real one", "CVE-2023-40225 (HAProxy)", emptyThenReal(), refused],
  ["blanks only", "CVE-2023-40175 (Puma)", oddLength(" \t "), refused],
  ["two numbers with a space", sources.klein, oddLength(`0 ${n}`), refused],
  ["a number and a word", sources.klein, oddLength(`${n} bytes`), refused],
  ["a decimal point", sources.treqs, oddLength(`${n}.0`), refused],
  ["an exponent", sources.treqs, oddLength(`${n}e0`), refused],
  ["underscores between digits", sources.garden, oddLength("4_4"), refused],
  ["quotes", sources.treqs, oddLength(`"${n}"`), refused],
  ["a semicolon behind", sources.treqs, oddLength(`${n};`), refused],
  ["a vertical tab before", sources.garden, oddLength(`\x0b${n}`), refused],
  ["a vertical tab behind", "CVE-2019-16789 (Waitress)", oddLength(`${n}\x0b`), refused],
  ["a form feed before", sources.garden, oddLength(`\x0c${n}`), refused],
  ["a NUL behind", sources.garden, oddLength(`${n}\0`), refused],
  ["a no-break space before", sources.garden, oddLength(`\xa0${n}`), refused],
  ["Arabic-Indic digits in UTF-8", sources.garden, oddLength("\xd9\xa4\xd9\xa4"), refused],
  ["fullwidth digits in UTF-8", sources.garden, oddLength("\xef\xbc\x94\xef\xbc\x94"), refused],
  ["20 digits", "CVE-2013-2028 (nginx), its family", oddLength("9".repeat(20)), [400, 413]],
  [
    "2^64 and the real length",
    "CVE-2021-32714 (hyper), its family",
    oddLength(String(2n ** 64n + BigInt(n))),
    [400, 413],
  ],
  ["2^32 and the real length", sources.treqs, oddLength(String(2 ** 32 + n)), undefined],
  ["leading zeros", sources.garden, oddLength(`00${n}`), undefined],
  ["blanks around, which is legal", "RFC 9112 §5", oddLength(` \t${n} \t`), passed],
]);

function emptyThenReal(): string {
  return post(["Content-Length:", `Content-Length: ${n}`], smuggled);
}

const hidden = vectorsOf("0.CL", [
  ["a space before the colon", "CVE-2019-16276 (Go)", hiddenLength("Content-Length : N"), refused],
  ["a tab before the colon", sources.endgame, hiddenLength("Content-Length\t: N"), refused],
  ["a space before the name", sources.endgame, hiddenLength(" Content-Length: N"), refused],
  ["a tab before the name", sources.endgame, hiddenLength("\tContent-Length: N"), refused],
  ["a folded value", sources.endgame, hiddenLength("Content-Length:\r\n N"), refused],
  ["a blank in the name", "CVE-2015-5739 (Go)", hiddenLength("Content Length: N"), refused],
  ["an underscore in the name", sources.treqs, hiddenLength("Content_Length: N"), refused],
  ["a NUL in the name", sources.endgame, hiddenLength("Content-Length\0: N"), refused],
  ["a vertical tab in the name", sources.treqs, hiddenLength("Content-Length\x0b: N"), refused],
  ["behind a bare LF", sources.klein, hiddenLength("X: y\nContent-Length: N"), refused],
  [
    "behind a bare CR",
    "CVE-2023-30589 (Node.js)",
    hiddenLength("X: y\rContent-Length: N"),
    refused,
  ],
  ["before a bare CR", sources.klein, hiddenLength("Content-Length: N\rX: y"), refused],
  ["behind an empty name", "CVE-2023-25725 (HAProxy)", hiddenLength(": x\r\nContent-Length: N")],
  [
    "an empty name before it",
    "CVE-2023-25725 (HAProxy)",
    hiddenLength(":Content-Length: N"),
    refused,
  ],
  ["no colon", sources.treqs, hiddenLength("Content-Length N"), refused],
  [
    "an en dash for the hyphen",
    sources.treqs,
    hiddenLength("Content\xe2\x80\x93Length: N"),
    refused,
  ],
  ["in quotes", sources.treqs, hiddenLength('"Content-Length": N'), refused],
  [
    "a name of 270 characters that starts like it",
    "CVE-2021-40346 (HAProxy)",
    hiddenLength(`Content-Length0${"a".repeat(255)}:\r\nContent-Length: N`),
    passed,
  ],
  [
    "a name of 66 kB that starts like it",
    "CVE-2021-40346 (HAProxy)",
    hiddenLength(`Content-Length0${"a".repeat(65_536)}:\r\nContent-Length: N`),
    [431],
  ],
]);

function hiddenLength(line: string): string {
  return post([line.replace("N", String(n))], smuggled);
}

const bodies = vectorsOf("CL.0 and TE.0", [
  [
    "a GET with a body that is a request",
    sources.browser,
    get("/echo/x", [`Content-Length: ${n}`]) + smuggled,
    passed,
  ],
  [
    "a HEAD with a body that is a request",
    sources.browser,
    `HEAD /echo/x HTTP/1.1\r\n${hostLine}Content-Length: ${n}\r\n\r\n${smuggled}`,
    passed,
  ],
  [
    "a POST to a resource that expects none",
    sources.browser,
    post(["Connection: keep-alive", `Content-Length: ${n}`], smuggled, "/echo/static/icon.png"),
    passed,
  ],
  [
    "an OPTIONS with a chunked body that is a request",
    sources.te0,
    `OPTIONS /echo/x HTTP/1.1\r\n${hostLine}Transfer-Encoding: chunked\r\n\r\n` +
      chunk(smuggled) +
      lastChunk,
    passed,
  ],
  [
    "a GET with a chunked body that is a request",
    sources.te0,
    get("/echo/x", ["Transfer-Encoding: chunked"]) + chunk(smuggled) + lastChunk,
    passed,
  ],
  [
    "a body shorter than announced",
    sources.browser,
    post([`Content-Length: ${n + 40}`], smuggled),
    undefined,
  ],
  [
    "garbage behind a complete body",
    sources.browser,
    post(["Content-Length: 3"], `abcX${crlf}${smuggled}`),
    passed,
  ],
]);

export const lengthVectors: readonly Vector[] = [
  ...bothLengths,
  ...duplicates,
  ...spellings,
  ...hidden,
  ...bodies,
];
