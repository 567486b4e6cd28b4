/** Files that the configuration names: readable, of the right kind, and fitting together. */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { resolve } from "node:path";
import type { Files } from "#base/platform.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

const pemBytesMax = 1024 * 1024;

export interface PemFiles {
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
  readonly checkPair: (
    certificate: PemFile<X509Certificate>,
    key: PemFile<KeyObject>,
    keyPath: NodePath,
  ) => void;
}

interface PemFile<Content> {
  /** Absolute. */
  readonly file: string;
  /** Undefined when there is an error about it. */
  readonly content: Content | undefined;
}

export function createPemFiles(
  folder: string,
  files: Pick<Files, "readUpTo">,
  reporter: Reporter,
): PemFiles {
  const filesRead = new Set<string>();

  function load<Content>(
    name: string,
    path: NodePath,
    parse: (bytes: Buffer) => Content,
    expected: string,
  ): PemFile<Content> {
    const file = resolve(folder, name);
    filesRead.add(file);
    let bytes: Buffer;
    try {
      bytes = files.readUpTo(file, pemBytesMax);
    } catch (error) {
      const message = `${file} cannot be read (${reasonOf(error)}); expected ${expected}`;
      reporter.error(path, "unreadable-file", message);
      return { file, content: undefined };
    }
    try {
      return { file, content: parse(bytes) };
    } catch (error) {
      const message = `${file} is not usable (${reasonOf(error)}); expected ${expected}`;
      reporter.error(path, "bad-pem", message);
      return { file, content: undefined };
    }
  }

  return {
    filesRead,
    certificate: (name, path) =>
      load(name, path, (bytes) => new X509Certificate(bytes), "a PEM file with a certificate"),
    certificates: (name, path) => load(name, path, parseCertificates, "PEM certificates"),
    password: (name, path) => load(name, path, parsePassword, "a file with a password"),
    privateKey: (name, path) =>
      load(name, path, (bytes) => createPrivateKey(bytes), "a PEM file with a private key"),
    anyFile: (name, path) => load(name, path, (bytes) => bytes, "a file that can be read"),
    folder: (name) => resolve(folder, name),
    checkPair(certificate, key, keyPath) {
      if (certificate.content === undefined || key.content === undefined) return;
      if (certificate.content.checkPrivateKey(key.content)) return;
      const message = `${key.file} is not the private key of the certificate ${certificate.file}`;
      reporter.error(keyPath, "key-mismatch", message);
    },
  };
}

function parseCertificates(bytes: Buffer): readonly X509Certificate[] {
  const begin = "-----BEGIN CERTIFICATE-----";
  const [, ...blocks] = bytes.toString("latin1").split(begin);
  if (blocks.length === 0) throw new Error(`there is no ${begin}`);
  return blocks.map((block) => new X509Certificate(begin + block));
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
      return error.message;
  }
}
