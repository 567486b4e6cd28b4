/**
 * Whether TLS takes the files that are named for it. What is refused here would otherwise be found
 * when a worker starts; what is only strange, such as a certificate that has ended, is warned of.
 */
import type { KeyObject, X509Certificate } from "node:crypto";
import { tls } from "#base/late-modules.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import { reasonOf, type PemFile, type PemFiles } from "./pem-files.ts";

/** A certificate of the gateway's own, and its key. */
export interface OwnCertificate {
  readonly certificate: PemFile<X509Certificate>;
  readonly key: PemFile<KeyObject>;
}

/** @param path of the map that has `cert` and `key`. */
export function checkOwnCertificate(
  { certificate, key }: OwnCertificate,
  path: NodePath,
  pemFiles: PemFiles,
  reporter: Reporter,
): void {
  const { content } = certificate;
  const certPath = [...path, "cert"];
  if (!pemFiles.checkPair(certificate, key, [...path, "key"])) return;
  if (content === undefined || key.content === undefined) return;
  const isTaken = tryTls({ cert: certificate.bytes, key: key.bytes }, (reason) => {
    const message = `${certificate.file} and ${key.file} are not usable for TLS (${reason})`;
    reporter.error(certPath, "bad-pem", message);
  });
  const { nowMs } = pemFiles;
  if (!isTaken || nowMs === undefined) return;
  const { validFromDate, validToDate } = content;
  if (validToDate.getTime() < nowMs) {
    const message = `${certificate.file} has ended: it was valid until ${dateOf(validToDate)}`;
    reporter.warning(certPath, "certificate-ended", message, "renew it; it is watched");
  } else if (validFromDate.getTime() > nowMs) {
    const message = `${certificate.file} has not begun: it is valid from ${dateOf(validFromDate)}`;
    reporter.warning(certPath, "certificate-not-begun", message);
  }
}

/** What others' certificates are checked by. */
export function checkAuthorities(
  { file, content, bytes }: PemFile<unknown>,
  path: NodePath,
  reporter: Reporter,
): void {
  if (content === undefined) return;
  tryTls({ ca: bytes }, (reason) => {
    reporter.error(path, "bad-pem", `${file} is not usable for TLS (${reason})`);
  });
}

/** Callers that ask for these names will not believe the certificate. */
export function warnOfHosts(
  { file, content }: PemFile<X509Certificate>,
  hosts: readonly string[],
  path: NodePath,
  reporter: Reporter,
): void {
  for (const [index, host] of hosts.entries()) {
    // A name that the pattern stands for.
    const name = host.replace(/^\*/, "any");
    if (content === undefined || content.checkHost(name) !== undefined) continue;
    const message = `${file} has no name that fits ${host}: callers refuse it there`;
    reporter.warning([...path, index], "host-not-in-certificate", message);
  }
}

function tryTls(
  options: Parameters<ReturnType<typeof tls>["createSecureContext"]>[0],
  refuse: (reason: string) => void,
): boolean {
  try {
    tls().createSecureContext(options);
    return true;
  } catch (error) {
    refuse(reasonOf(error));
    return false;
  }
}

function dateOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
