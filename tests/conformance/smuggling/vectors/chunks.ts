/** Chunk sizes, extensions, terminators and trailers that readers end at different bytes. */
import {
  chunk,
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

function chunked(body: string): string {
  return post(["Transfer-Encoding: chunked"], body);
}

const hex = smuggled.length.toString(16);

function sized(size: string): string {
  return chunked(`${size}\r\n${smuggled}\r\n${lastChunk}`);
}

const sizes = vectorsOf("chunk size", [
  ["a 0x prefix", "CVE-2022-24801 (Twisted)", sized(`0x${hex}`), refused],
  ["a plus sign", "CVE-2022-24801 (Twisted)", sized(`+${hex}`), refused],
  ["a minus sign", sources.treqs, sized(`-${hex}`), refused],
  ["minus zero", sources.garden, chunked(`-0\r\n\r\n${smuggled}`), refused],
  ["a space before", sources.treqs, sized(` ${hex}`), refused],
  ["a tab before", sources.treqs, sized(`\t${hex}`), refused],
  ["a space behind", sources.garden, sized(`${hex} `), refused],
  ["a tab behind", sources.garden, sized(`${hex}\t`), refused],
  ["a NUL behind", sources.treqs, sized(`${hex}\0`), refused],
  ["a vertical tab behind", sources.treqs, sized(`${hex}\x0b`), refused],
  ["an underscore inside", sources.garden, sized("2_c"), refused],
  ["a letter beyond f", sources.treqs, sized(`${hex}g`), refused],
  ["an empty size", sources.treqs, sized(""), refused],
  ["a comma", sources.treqs, sized(`${hex},0`), refused],
  ["quotes", sources.treqs, sized(`"${hex}"`), refused],
  ["a decimal point", sources.treqs, sized(`${hex}.0`), refused],
  ["2^64 and a bit", "CVE-2021-32714 (hyper)", sized(`1000000000000000${hex}`), [400, 413]],
  ["16 digits f", "CVE-2013-2028 (nginx)", sized("ffffffffffffffff"), [400, 413]],
  ["17 digits", "CVE-2017-7657 (Jetty)", sized(`10000000000000000`), [400, 413]],
  ["2^63", "CVE-2017-7657 (Jetty)", sized("8000000000000000"), [400, 413]],
  ["2^32 and a bit", "CVE-2017-7657 (Jetty)", sized(`1000000${hex}`), undefined],
  ["many leading zeros", sources.garden, sized(`${"0".repeat(40)}${hex}`), undefined],
  ["a last chunk of many zeros", sources.garden, chunked(`${"0".repeat(30)}\r\n\r\n`), undefined],
  ["a last chunk in hexadecimal prefix", sources.treqs, chunked(`0x0\r\n\r\n${smuggled}`), refused],
]);

function extended(line: string): string {
  return chunked(`${line}\r\n${smuggled}\r\n${lastChunk}`);
}

const extensions = vectorsOf("chunk extension", [
  ["a name, which is legal", "RFC 9112 §7.1.1", extended(`${hex};a`), passed],
  ["a name and a value", "RFC 9112 §7.1.1", extended(`${hex};a=b`), passed],
  ["a quoted value", "RFC 9112 §7.1.1", extended(`${hex};a="b;c\\"d"`), passed],
  ["on the last chunk", "RFC 9112 §7.1.1", chunked("1;a=b\r\nx\r\n0;c=d\r\n\r\n"), passed],
  ["bad whitespace round the semicolon", "RFC 9112 §7.1.1", extended(`${hex} ; a`), undefined],
  ["an empty name", sources.garden, extended(`${hex};`), refused],
  ["an empty name with a value", sources.garden, extended(`${hex};=b`), refused],
  ["two semicolons", sources.garden, extended(`${hex};;a`), refused],
  ["an open quote", sources.garden, extended(`${hex};a="b`), refused],
  ["a NUL", sources.treqs, extended(`${hex};a\0`), refused],
  ["a blank inside", sources.treqs, extended(`${hex};a=b c`), refused],
  ["no semicolon", sources.treqs, extended(`${hex} a=b`), refused],
  [
    "a bare LF in front of a chunk (TERM.EXT)",
    `${sources.funky}; CVE-2025-55315 (Kestrel)`,
    chunked(`2;\nxx\r\n${hex}\r\n${smuggled}\r\n${lastChunk}`),
    refused,
  ],
  [
    "a bare LF with a name before it (TERM.EXT)",
    sources.funky,
    chunked(`5;a\nAAAAA\r\n2d\r\nAAAAA\r\n0\r\n\r\n${smuggled}\r\n${lastChunk}`),
    refused,
  ],
  [
    "a bare CR ends the extension (TERM.EXT)",
    `${sources.funky}; CVE-2025-55315 (Kestrel)`,
    chunked(`2;\rxx\r\n${hex}\r\n${smuggled}\r\n${lastChunk}`),
    refused,
  ],
  [
    "a bare LF inside a value (EXT.TERM)",
    `${sources.funky}; CVE-2024-52304 (aiohttp)`,
    chunked(`2;a=b\n${hex}\r\nxx\r\n0\r\n\r\n${smuggled}`),
    refused,
  ],
  [
    "a bare LF inside a quoted value",
    sources.funky,
    chunked(`2;a="b\n0\n\nc"\r\nxx\r\n0\r\n\r\n${smuggled}`),
    refused,
  ],
  [
    "a CRLF inside a quoted value",
    sources.funky,
    chunked(`2;a="b\r\n0\r\n\r\n${smuggled}"\r\nxx\r\n0\r\n\r\n`),
    refused,
  ],
  [
    "an extension of 100 kB",
    "CVE-2024-22019 (Node.js)",
    chunked(`2;${"a".repeat(100_000)}\r\nxx\r\n0\r\n\r\n`),
    [400, 413, 431],
  ],
  [
    "extensions of 100 kB in small chunks",
    "CVE-2023-39326 (Go)",
    chunked(`${`1;${"a".repeat(100)}\r\nx\r\n`.repeat(1_000)}0\r\n\r\n`),
    undefined,
  ],
]);

const terminators = vectorsOf("chunk terminator", [
  ["a bare LF behind the size", "CVE-2025-22871 (Go)", chunked(`1\nx\r\n${lastChunk}`), refused],
  ["a bare CR behind the size", sources.garden, chunked(`1\rx\r\n${lastChunk}`), refused],
  ["CR CR LF behind the size", sources.garden, chunked(`1\r\r\nx\r\n${lastChunk}`), refused],
  ["LF CR behind the size", sources.garden, chunked(`1\n\rx\r\n${lastChunk}`), refused],
  ["a bare LF behind the data", sources.funky, chunked(`1\r\nx\n${lastChunk}`), refused],
  ["a bare CR behind the data", sources.funky, chunked(`1\r\nx\r${lastChunk}`), refused],
  ["nothing behind the data", "CVE-2025-43859 (h11)", chunked(`1\r\nx${lastChunk}`), refused],
  [
    "two other bytes behind the data",
    "CVE-2025-43859 (h11)",
    chunked(`1\r\nxXX${lastChunk}`),
    refused,
  ],
  [
    "data that spills over its size (TERM.SPILL)",
    sources.funky,
    chunked(`5\r\nAAAAAXX2c\r\n${smuggled}\r\n${lastChunk}`),
    refused,
  ],
  [
    "a spill without a terminator (SPILL.TERM)",
    sources.funky,
    chunked(`5\r\nAAAAA2\r\nXX\r\n0\r\n\r\n${smuggled}`),
    refused,
  ],
  [
    "one byte where two belong (ONE.TWO)",
    sources.funky,
    chunked(`2\r\nxx\n12\r\n\r\n0\r\n\r\n${smuggled}\r\n${lastChunk}`),
    refused,
  ],
  [
    "two bytes where one is taken (TWO.ONE)",
    sources.funky,
    chunked(`2\nxx\n\n0\r\n\r\n${smuggled}`),
    refused,
  ],
  ["the end in bare LFs", "CVE-2025-22871 (Go)", chunked(`0\n\n${smuggled}`), refused],
  ["the last line in a bare LF", sources.garden, chunked(`0\r\n\n${smuggled}`), refused],
  ["the last line in a bare CR", sources.garden, chunked(`0\r\n\r${smuggled}`), refused],
  ["CR CR LF at the end", sources.garden, chunked(`0\r\r\n\r\n${smuggled}`), refused],
  ["no empty line at the end", sources.garden, chunked(`0\r\n${smuggled}`), refused],
]);

function trailed(lines: string): string {
  return chunked(`1\r\nx\r\n0\r\n${lines}\r\n`);
}

const trailers = vectorsOf("trailer", [
  ["a plain one, which is legal", "RFC 9110 §6.5", trailed("X-Checksum: 1\r\n"), passed],
  ["Content-Length", "RFC 9110 §6.5.1", trailed("Content-Length: 44\r\n"), refused],
  ["Transfer-Encoding", "RFC 9110 §6.5.1", trailed("Transfer-Encoding: chunked\r\n"), refused],
  ["Host", "RFC 9110 §6.5.1", trailed("Host: evil.test\r\n"), refused],
  ["Authorization", "RFC 9110 §6.5.1", trailed("Authorization: Basic eDp5\r\n"), refused],
  ["X-Forwarded-For", sources.garden, trailed("X-Forwarded-For: 10.0.0.1\r\n"), refused],
  ["a folded line", sources.garden, trailed("X: a\r\n b\r\n"), refused],
  ["a space before the colon", sources.garden, trailed("Content-Length : 44\r\n"), refused],
  ["a bare LF", "CVE-2025-53643 (aiohttp), its family", trailed("X: a\nY: b\r\n"), refused],
  ["a bare LF and a request", sources.garden, trailed(`X: a\n\n${smuggled}`), refused],
  ["a bare CR", sources.garden, trailed("X: a\rY: b\r\n"), refused],
  ["no colon", sources.garden, trailed("GET /smuggled HTTP/1.1\r\n"), refused],
  ["a request line with a colon", "CVE-2024-21647 (Puma), its family", trailed(smuggled), refused],
  ["an empty name", sources.garden, trailed(": x\r\n"), refused],
  ["a NUL in a value", sources.garden, trailed("X: a\0b\r\n"), refused],
  ["an underscore spelling", sources.garden, trailed("Content_Length: 44\r\n"), refused],
  ["100 kB of them", sources.garden, trailed(`X: ${"a".repeat(100_000)}\r\n`), [400, 413, 431]],
]);

const pipelined = vectorsOf("behind a chunked body", [
  [
    "an extra CRLF and a second legal request",
    "RFC 9112 §2.2",
    `${chunked(chunk("x") + lastChunk)}\r\nGET /echo/second HTTP/1.1\r\n${hostLine}\r\n`,
    passed,
  ],
  [
    "two empty lines and a request",
    sources.treqs,
    `${chunked(chunk("x") + lastChunk)}\r\n\r\n\r\nGET /echo/second HTTP/1.1\r\n${hostLine}\r\n`,
    passed,
  ],
  [
    "a bare LF and a request",
    sources.treqs,
    `${chunked(chunk("x") + lastChunk)}\nGET /echo/second HTTP/1.1\r\n${hostLine}\r\n`,
    passed,
  ],
]);

export const chunkVectors: readonly Vector[] = [
  ...sizes,
  ...extensions,
  ...terminators,
  ...trailers,
  ...pipelined,
];
