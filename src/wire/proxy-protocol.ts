/**
 * The PROXY protocol, versions 1 and 2 (haproxy, proxy-protocol.txt §2): who the caller of a load
 * balancer is. Strict: what is not exactly such a header is refused, never guessed.
 */
import { isIPv4, isIPv6 } from "node:net";

export interface ProxySource {
  readonly address: string;
  readonly port: number;
}

export type ProxyHeader =
  | { readonly kind: "incomplete" }
  | { readonly kind: "fault"; readonly detail: string }
  | {
      readonly kind: "header";
      readonly length: number;
      /** Undefined: the sender speaks for itself (LOCAL) or does not know (UNKNOWN, Unix). */
      readonly source: ProxySource | undefined;
    };

const incomplete: ProxyHeader = { kind: "incomplete" };

/** §2.1: the longest line, its CR LF included. */
const lineBytesMax = 107;
const lineStart = Buffer.from("PROXY ");

/** §2.2. */
const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const fixedBytes = 16;
/** Addresses and extensions (TLVs); balancers send some hundred bytes, client certificates more. */
const payloadBytesMax = 8 * 1024;

/** An IPv4 address inside an IPv6 one (RFC 4291 §2.5.5.2). */
const mappedPrefix = Buffer.from("00000000000000000000ffff", "hex");

const addressBytesOf: Readonly<Record<number, number>> = { 0x11: 12, 0x21: 36, 0x31: 216 };

/** Reads the header at the beginning of `bytes`, which may go on behind it. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (bytes.length === 0) return incomplete;
  const isLine = bytes[0] === lineStart[0];
  const start = isLine ? lineStart : signature;
  const length = Math.min(bytes.length, start.length);
  if (bytes.compare(start, 0, length, 0, length) !== 0) {
    return fault("the connection does not open with a PROXY protocol header");
  }
  if (length < start.length) return incomplete;
  return isLine ? parseLine(bytes) : parseBinary(bytes);
}

function fault(detail: string): ProxyHeader {
  return { kind: "fault", detail };
}

function parseLine(bytes: Buffer): ProxyHeader {
  const lineEnd = bytes.subarray(0, lineBytesMax).indexOf("\r\n");
  if (lineEnd < 0) {
    return bytes.length < lineBytesMax
      ? incomplete
      : fault(`the PROXY line is longer than ${lineBytesMax} bytes`);
  }
  const length = lineEnd + 2;
  const [family, ...rest] = bytes.toString("latin1", lineStart.length, lineEnd).split(" ");
  // §2.1: whatever stands behind UNKNOWN is ignored.
  if (family === "UNKNOWN") return { kind: "header", length, source: undefined };
  const isAddress = family === "TCP4" ? isIPv4 : family === "TCP6" ? isPlainIPv6 : undefined;
  if (isAddress === undefined) return fault("the PROXY line names neither TCP4, TCP6 nor UNKNOWN");
  const [from = "", to = "", fromPort = "", toPort = "", ...more] = rest;
  if (!isAddress(from) || !isAddress(to)) {
    return fault(`the PROXY line does not hold two ${family} addresses, each behind one space`);
  }
  if (!isPort(fromPort) || !isPort(toPort) || more.length > 0) {
    return fault("the PROXY line does not end with two ports from 0 to 65535");
  }
  return { kind: "header", length, source: { address: from, port: Number(fromPort) } };
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes("%");
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535;
}

function parseBinary(bytes: Buffer): ProxyHeader {
  if (bytes.length < fixedBytes) return incomplete;
  const versionAndCommand = bytes[12] as number;
  const family = bytes[13] as number;
  const payloadBytes = bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2) return fault("the PROXY header's version is not 2");
  const command = versionAndCommand & 0x0f;
  if (command > 1) return fault("the PROXY header's command is neither LOCAL nor PROXY");
  if (payloadBytes > payloadBytesMax) {
    return fault(`the PROXY header is longer than ${fixedBytes + payloadBytesMax} bytes`);
  }
  const length = fixedBytes + payloadBytes;
  // §2.2: for LOCAL the family and all that follows is ignored.
  if (command === 1 && family !== 0) {
    const addressBytes = addressBytesOf[family];
    if (addressBytes === undefined) {
      return fault("the PROXY header's family is none of a stream: TCP4, TCP6, Unix, unspecified");
    }
    if (payloadBytes < addressBytes) {
      return fault("the PROXY header is too short for its addresses");
    }
    if (bytes.length < length) return incomplete;
    if (!areExtensions(bytes, fixedBytes + addressBytes, length)) {
      return fault("an extension (TLV) of the PROXY header reaches beyond its end");
    }
    return { kind: "header", length, source: binarySource(bytes, family) };
  }
  if (bytes.length < length) return incomplete;
  return { kind: "header", length, source: undefined };
}

/** §2.2.7: one byte of type, two of length, the value. */
function areExtensions(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    if (at + 3 > to) return false;
    at += 3 + bytes.readUInt16BE(at + 1);
  }
  return at === to;
}

function binarySource(bytes: Buffer, family: number): ProxySource | undefined {
  if (family === 0x11) return { address: dotted(bytes, 16), port: bytes.readUInt16BE(24) };
  if (family !== 0x21) return undefined;
  const port = bytes.readUInt16BE(48);
  if (bytes.compare(mappedPrefix, 0, 12, 16, 28) === 0) return { address: dotted(bytes, 28), port };
  const groups: string[] = [];
  for (let at = 16; at < 32; at += 2) groups.push(bytes.readUInt16BE(at).toString(16));
  // The short spelling of RFC 5952, as sockets give it.
  return { address: new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1), port };
}

function dotted(bytes: Buffer, at: number): string {
  return [...bytes.subarray(at, at + 4)].join(".");
}
