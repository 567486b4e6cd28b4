/** Files that the configuration names: readable, of the right kind, and fitting together. */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { resolve } from "node:path";
import type { Files } from "#base/platform.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

const fileBytesMax = 1024 * 1024;
/** Of what is none of PEM: an answer, for example. */
const anyFileBytesMax = 16 * 1024 * 1024;

export interface PemFiles {
  /** The time by which certificates are judged; undefined: they are not. */
  readonly nowMs: number | undefined;
  /** Absolute paths of all files that were asked for, also of those that are not there. */
  readonly filesRead: ReadonlySet<string>;
  readonly certificate: (name: string, path: NodePath) => PemFile<X509Certificate>;
  /** All that stand in the file. */
  readonly certificates: (name: string, path: NodePath) => PemFile<readonly X509Certificate[]>;
  /** A text; a line end behind it does not count. */
  readonly password: (name: string, path: NodePath) => PemFile<string>;
  readonly privateKey: (name: string, path: NodePath) => PemFile<KeyObject>;
  /** Whatever stands in it: who uses it, reads it. */
  readonly anyFile: (name: string, path: NodePath) => PemFile<unknown>;
  /** Absolute; it is not looked at. */
  readonly folder: (name: string) => string;
  /** @returns whether they fit, as far as they could be read. */
  readonly checkPair: (
    certificate: PemFile<X509Certificate>,
    key: PemFile<KeyObject>,
    keyPath: NodePath,
  ) => boolean;
}

export interface PemFile<Content> {
  /** Absolute. */
  readonly file: string;
  /** Undefined when there is an error about it. */
  readonly content: Content | undefined;
  readonly bytes: Buffer;
}

export function createPemFiles(
  folder: string,
  files: Pick<Files, "readUpTo">,
  reporter: Reporter,
  nowMs: number | undefined,
): PemFiles {
  const filesRead = new Set<string>();

  function load<Content>(
    name: string,
    path: NodePath,
    parse: (bytes: Buffer) => Content,
    expected: string,
    bytesMax = fileBytesMax,
  ): PemFile<Content> {
    const file = resolve(folder, name);
    filesRead.add(file);
    let bytes: Buffer = Buffer.alloc(0);
    try {
      bytes = files.readUpTo(file, bytesMax + 1);
    } catch (error) {
      const message = `${file} cannot be read (${reasonOf(error)}); expected ${expected}`;
      reporter.error(path, "unreadable-file", message);
      return { file, content: undefined, bytes };
    }
    if (bytes.length > bytesMax) {
      const message = `${file} has more than ${bytesMax} bytes; expected ${expected}`;
      reporter.error(path, "file-too-large", message);
      return { file, content: undefined, bytes };
    }
    try {
      return { file, content: parse(bytes), bytes };
    } catch (error) {
      const message = `${file} is not usable (${reasonOf(error)}); expected ${expected}`;
      reporter.error(path, "bad-pem", message);
      return { file, content: undefined, bytes };
    }
  }

  return {
    filesRead,
    nowMs,
    certificate: (name, path) => load(name, path, parseFirst, "a PEM file with a certificate"),
    certificates: (name, path) => load(name, path, parseCertificates, "PEM certificates"),
    password: (name, path) => load(name, path, parsePassword, "a file with a password"),
    privateKey: (name, path) =>
      load(name, path, parseKey, "a PEM file with a private key that needs no passphrase"),
    anyFile: (name, path) =>
      load(name, path, (bytes) => bytes, "a smaller file that can be read", anyFileBytesMax),
    folder: (name) => resolve(folder, name),
    checkPair(certificate, key, keyPath) {
      if (certificate.content === undefined || key.content === undefined) return true;
      if (certificate.content.checkPrivateKey(key.content)) return true;
      const message = `${key.file} is not the private key of the certificate ${certificate.file}`;
      reporter.error(keyPath, "key-mismatch", message);
      return false;
    },
  };
}

function parseCertificates(bytes: Buffer): readonly [X509Certificate, ...X509Certificate[]] {
  const begin = "-----BEGIN CERTIFICATE-----";
  const [, first, ...more] = bytes.toString("latin1").split(begin);
  if (first === undefined) throw new Error(`there is no ${begin}`);
  const parse = (block: string): X509Certificate => new X509Certificate(begin + block);
  return [parse(first), ...more.map(parse)];
}

/** Its own; others behind it are those of authorities in between. */
function parseFirst(bytes: Buffer): X509Certificate {
  return parseCertificates(bytes)[0];
}

function parseKey(bytes: Buffer): KeyObject {
  const text = bytes.toString("latin1");
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new Error("there is no private key in it");
  // The form of PKCS #8, and the older one of OpenSSL.
  if (/-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    throw new Error("it is encrypted, and nobody is there to type a passphrase");
  }
  return createPrivateKey(bytes);
}

const passwordLengthMax = 4_096;

function parsePassword(bytes: Buffer): string {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  if (text !== "" && text.length <= passwordLengthMax) return text;
  throw new Error(`it has ${text.length} characters of 1 to ${passwordLengthMax}`);
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : undefined;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
      return "permission denied";
    case "EISDIR":
      return "it is a folder";
    default:
      return withoutNumbers(error.message);
  }
}

/** Of what OpenSSL says, without the numbers: `error:0480006C:PEM routines::no start line`. */
function withoutNumbers(message: string): string {
  const [, library, reason] = /^error:[0-9A-F]+:([^:]*):[^:]*:(.+)$/.exec(message) ?? [];
  return reason === undefined ? message : `${library}: ${reason}`;
}
