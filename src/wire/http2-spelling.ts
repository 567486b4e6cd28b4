/**
 * HTTP/2 heads spelled as HTTP/1.1 bytes, for our own parser: so routing, limits and refusals are
 * the same for both. It refuses what would mean something else in the other spelling
 * (RFC 9113 §8.2, §8.3, §10.3); nghttp2 has checked most of it before.
 */
import type { Limits } from "#base/limits.ts";
import { reasonPhrase } from "#base/reason-phrases.ts";
import { readTrailerSection } from "./chunked.ts";
import { ResponseHead } from "./head.ts";

/** Names and values in turn, as node:http2 hands them over. */
export type RawFields = readonly string[];

/** The bytes, or what is wrong. */
export type Spelled = Buffer | string;

const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// oxlint-disable-next-line no-control-regex -- these are the characters that would end a line
const lineBreaker = /[\0\r\n]/;

/** RFC 9113 §8.2.2. */
const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

interface Pseudo {
  readonly values: Map<string, string>;
  /** Spelled lines, each ended by CR LF. */
  readonly lines: string;
  readonly hosts: readonly string[];
  readonly hasLength: boolean;
}

/** @param endStream whether the head is the whole request. */
export function spellRequest(fields: RawFields, endStream: boolean): Spelled {
  const read = readFields(fields, [":method", ":scheme", ":authority", ":path"]);
  if (typeof read === "string") return read;
  const { values, hosts } = read;
  const method = values.get(":method");
  const authority = values.get(":authority");
  if (method === undefined) return "the request has no :method";
  if (method === "CONNECT") return spell(`CONNECT ${authority ?? ""} HTTP/1.1`, read, authority);
  const path = values.get(":path") ?? "";
  if (!path.startsWith("/") && path !== "*") return ":path is neither a path nor *";
  const scheme = values.get(":scheme");
  if (scheme !== "http" && scheme !== "https") return ":scheme is neither http nor https";
  if (hosts.length > 1) return "host stands more than once";
  // RFC 9113 §8.3.1: both name the same server, or the request is malformed.
  if (authority !== undefined && hosts[0] !== undefined && !sameName(authority, hosts[0])) {
    return "host names another server than :authority";
  }
  const framing = endStream || read.hasLength ? "" : "transfer-encoding: chunked\r\n";
  return spell(`${method} ${path} HTTP/1.1`, read, authority ?? hosts[0], framing);
}

/** @param bodiless whether no body can follow whatever the fields say. */
export function spellResponse(fields: RawFields, endStream: boolean, bodiless: boolean): Spelled {
  const read = readFields(fields, [":status"]);
  if (typeof read === "string") return read;
  const status = read.values.get(":status") ?? "";
  const code = Number(status);
  const empty = endStream && !bodiless && !read.hasLength && code >= 200 && !isBodiless(code);
  // Some HTTP/1.1 callers take no answer without a reason for one (RFC 9112 §4 allows it).
  const line = `HTTP/1.1 ${status} ${reasonPhrase(code) ?? ""}`;
  return spell(line, read, undefined, empty ? "content-length: 0\r\n" : "");
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

/** Reads a trailer section. Returns what is wrong when it is none. */
export function readTrailers(fields: RawFields, limits: Limits): ResponseHead | string {
  const read = readFields(fields, []);
  if (typeof read === "string") return read;
  const bytes = Buffer.from(`${read.lines}\r\n`, "latin1");
  const trailers = new ResponseHead();
  return readTrailerSection(trailers, bytes, limits) === bytes.length
    ? trailers
    : "a trailer field concerns framing, routing or identity, or there are too many";
}

function spell(startLine: string, read: Pseudo, host: string | undefined, more = ""): Spelled {
  const hostLine = host === undefined ? "" : `host: ${host}\r\n`;
  return Buffer.from(`${startLine}\r\n${hostLine}${read.lines}${more}\r\n`, "latin1");
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function readFields(fields: RawFields, pseudoNames: readonly string[]): Pseudo | string {
  const values = new Map<string, string>();
  const hosts: string[] = [];
  const crumbs: string[] = [];
  let lines = "";
  let hasLength = false;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1] as string;
    if (lineBreaker.test(value)) return "a field value holds a line break or NUL";
    if (name.startsWith(":")) {
      if (!pseudoNames.includes(name)) return "there is an unknown pseudo-field";
      if (values.has(name)) return `${name} stands more than once`;
      if (lines !== "" || hosts.length > 0) return "a pseudo-field stands behind a field";
      if (value.includes(" ")) return `${name} holds a space`;
      values.set(name, value);
      continue;
    }
    if (!fieldName.test(name)) return "a field name is empty or not a token in lower case";
    if (connectionFields.has(name)) return `${name} is a field of HTTP/1.1 connections`;
    if (name === "host" && pseudoNames.includes(":authority")) hosts.push(value);
    else if (name === "cookie") crumbs.push(value);
    else {
      // RFC 9113 §8.2.2.
      if (name === "te" && value.toLowerCase() !== "trailers") return "te is not trailers";
      if (name === "content-length") hasLength = true;
      lines += `${name}: ${value}\r\n`;
    }
  }
  // RFC 9113 §8.2.3: crumbs are one field again before they leave HTTP/2.
  if (crumbs.length > 0) lines += `cookie: ${crumbs.join("; ")}\r\n`;
  return { values, lines, hosts, hasLength };
}
