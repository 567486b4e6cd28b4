/** Messages made from the grammar of RFC 9112 with a taste for its edges, and their mutations. */
import type { SeededRandom } from "./seeded-random.ts";
import type { MessageKind } from "./reading.ts";

const methods = ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "get", "G", "QUERY"];
const targets = [
  "/",
  "/a",
  "/a/b?c=d",
  "*",
  "http://a.test/b",
  "/%41",
  "/a;b",
  "/a?%",
  "/..a",
  "x",
];
const versions = [
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/1.2",
  "HTTP/2.0",
];
const statuses = [
  "200",
  "204",
  "304",
  "404",
  "100",
  "103",
  "101",
  "205",
  "500",
  "099",
  "600",
  "20",
];
const reasons = ["OK", "", "Not Found", "\xe9", "a\tb"];
const names = [
  "Host",
  "Content-Length",
  "Transfer-Encoding",
  "Connection",
  "Upgrade",
  "Expect",
  "X-A",
  "x_b",
  "Content_Length",
  "Trailer",
  "TE",
  "Proxy-Connection",
  "!#$%&'*+-.^`|~",
];
const values: Readonly<Record<string, readonly string[]>> = {
  host: ["a.test", "a.test:80", "[::1]", "", "a b", "a,b", "a@b"],
  "content-length": [
    "0",
    "3",
    "5",
    "03",
    "+3",
    "-1",
    "3, 3",
    "",
    "3 ",
    "0x3",
    "99999999999999999999",
  ],
  "transfer-encoding": [
    "chunked",
    "Chunked",
    "gzip, chunked",
    "chunked, chunked",
    "identity",
    "xchunked",
    "",
  ],
  connection: ["close", "keep-alive", "upgrade", "close, x-a", "", ",", "Upgrade, HTTP2-Settings"],
  upgrade: ["websocket", "h2c", ""],
  expect: ["100-continue", "x"],
};
const plainValues = ["b", "", "a b", "\xff", "a\tb", "a,b", '"q"', "  x  "];
const lineEnds = [
  "\r\n",
  "\r\n",
  "\r\n",
  "\r\n",
  "\r\n",
  "\r\n",
  "\r\n",
  "\r\n",
  "\n",
  "\r",
  "\r\r\n",
];
const sizes = [
  "3",
  "03",
  "0003",
  "3 ",
  " 3",
  "0x3",
  "3;a",
  "3;a=b",
  '3;a="b"',
  "3;",
  "3;a=",
  "3 ;a",
  "+3",
  "3\t",
];
const trailers = [
  "",
  "",
  "",
  "X-T: 1\r\n",
  "Content-Length: 3\r\n",
  "X: a\r\n b\r\n",
  "X : 1\r\n",
  "Y\r\n",
];
const interesting = [
  "\r",
  "\n",
  "\r\n",
  "\r\n\r\n",
  "\0",
  " ",
  "\t",
  ":",
  ";",
  ",",
  "0",
  "a",
  "\x0b",
  "\x7f",
  "\x80",
  "\xff",
  '"',
  "\\",
  "HTTP/1.1",
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "0\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
];

function line(random: SeededRandom, text: string): string {
  return text + (random.chance(0.04) ? random.pick(lineEnds) : "\r\n");
}

function field(random: SeededRandom): string {
  const name = random.pick(names);
  const listed = values[name.toLowerCase()] ?? plainValues;
  const value = random.chance(0.9) ? random.pick(listed) : random.pick(plainValues);
  const colon = random.chance(0.97) ? ":" : random.pick([" :", "\t:", "", "::"]);
  const blank = random.chance(0.8) ? " " : random.pick(["", "\t", "  ", "\r\n "]);
  return line(random, `${name}${colon}${blank}${value}`);
}

function chunkedBody(random: SeededRandom): string {
  let text = "";
  for (let left = random.below(3); left > 0; left--) {
    const size = random.chance(0.6) ? "3" : random.pick(sizes);
    text +=
      line(random, size) + line(random, random.chance(0.9) ? "a;c" : random.pick(["ab", "abcd"]));
  }
  const last = random.chance(0.8) ? "0" : random.pick(["00", "0;a=b", "0 ", "-0", "0;"]);
  return line(random, text + last) + random.pick(trailers) + line(random, "");
}

/** A head that is usually legal, with a body that usually fits it. */
function message(random: SeededRandom, kind: MessageKind): string {
  const space = random.chance(0.98) ? " " : random.pick(["  ", "\t", ""]);
  const version = random.pick(versions);
  const start =
    kind === "request"
      ? `${random.pick(methods)}${space}${random.pick(targets)} ${version}`
      : `${version}${space}${random.pick(statuses)} ${random.pick(reasons)}`;
  let text = line(random, start);
  if (kind === "request" && random.chance(0.95)) text += line(random, "Host: a.test");
  for (let left = random.below(4); left > 0; left--) if (random.chance(0.6)) text += field(random);
  const body = random.below(5);
  if (body === 0) text += line(random, "Content-Length: 3");
  if (body === 1) text += line(random, "Transfer-Encoding: chunked");
  text += line(random, "");
  if (body === 0) text += random.chance(0.9) ? "abc" : random.pick(["", "ab", "abcd"]);
  if (body === 1) text += chunkedBody(random);
  if (body === 2 && random.chance(0.2)) text += "abc";
  return text;
}

export function generate(random: SeededRandom, kind: MessageKind): string {
  let text = "";
  for (let left = 1 + random.below(3); left > 0; left--) text += message(random, kind);
  return text;
}

/** A few changes of single places. */
export function mutate(random: SeededRandom, text: string): string {
  let result = text;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(result.length + 1);
    const length = random.chance(0.7) ? 1 : 1 + random.below(12);
    const before = result.slice(0, at);
    const kind = random.below(5);
    if (kind === 0) result = before + result.slice(at + length);
    else if (kind === 1) result = before + random.pick(interesting) + result.slice(at);
    else if (kind === 2) result = before + random.pick(interesting) + result.slice(at + length);
    else if (kind === 3) {
      result = before + String.fromCharCode(random.below(256)) + result.slice(at + 1);
    } else result = before + result.slice(at, at + length) + result.slice(at);
  }
  return result;
}
