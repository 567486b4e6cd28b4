/** `wsSecurity` of callers and services: files read, secrets in hand, contradictions told. */
import type { KeyObject } from "node:crypto";
import type { CallerSecurity, Secret, Service, ServiceSecurity } from "./configuration.ts";
import type { DeclaredCallerSecurity, DeclaredService } from "./declared.ts";
import type { PemFiles } from "./pem-files.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

const rsaBitsMin = 2_048;
const signedByDefault = ["body", "timestamp", "headers"] as const;

export interface Surroundings {
  readonly pemFiles: PemFiles;
  readonly reporter: Reporter;
}

export function resolveCallerSecurity(
  caller: string,
  declared: DeclaredCallerSecurity,
  { pemFiles, reporter }: Surroundings,
): CallerSecurity {
  const path = ["callers", caller, "wsSecurity"];
  checkKeys(declared, path, reporter);
  const { username, certificate, authority, name, ageMsMax, skewMs } = declared;
  const { digest = false, withoutTls = false, sha1 = false, signed = signedByDefault } = declared;
  const isSigned = certificate !== undefined || authority !== undefined;
  if (isSigned && !signed.includes("body")) {
    const message = "a signature that need not cover the body proves nothing of what is asked for";
    reporter.error([...path, "signed"], "unsigned-body", message, "add `body`");
  }
  if (isSigned && !signed.includes("timestamp")) {
    const message = "without a signed timestamp whoever records a message can send it again";
    reporter.warning([...path, "signed"], "unsigned-timestamp", message, "add `timestamp`");
  }
  if (sha1) {
    const message = "SHA-1 is broken: signatures by it may be forged";
    reporter.warning([...path, "sha1"], "weak-hash", message, "have the caller sign by SHA-256");
  }
  if (withoutTls && !digest) {
    const message = "the password may travel where everybody can read it";
    reporter.warning([...path, "withoutTls"], "password-without-tls", message, "use TLS");
  }
  const certificateFile = checkedFile(certificate, "certificate", path, pemFiles, reporter);
  const authorityFile = checkedFile(authority, "authority", path, pemFiles, reporter);
  return {
    password:
      username === undefined
        ? undefined
        : { username, password: secretOf(declared, path, pemFiles, reporter), digest, withoutTls },
    signature: isSigned ? { certificateFile, authorityFile, name, signed, sha1 } : undefined,
    ageMsMax,
    skewMs,
  };
}

/** Keys that mean nothing, or nothing certain, without or beside another. */
function checkKeys(declared: DeclaredCallerSecurity, path: NodePath, reporter: Reporter): void {
  const has = (key: keyof DeclaredCallerSecurity) => declared[key] !== undefined;
  const report = (at: NodePath, message: string) => reporter.error(at, "bad-proof", message);
  if (!has("username") && !has("certificate") && !has("authority")) {
    report(path, "it lists no proof; expected `username`, `certificate` or `authority`");
  }
  if (has("certificate") && has("authority")) {
    report([...path, "authority"], "`authority` stands beside `certificate`; expected one of them");
  }
  for (const key of ["password", "passwordFile", "digest", "withoutTls"] as const) {
    if (has(key) && !has("username")) report([...path, key], `\`${key}\` needs \`username\``);
  }
  for (const key of ["signed", "sha1"] as const) {
    if (has(key) && !has("certificate") && !has("authority")) {
      report([...path, key], `\`${key}\` needs \`certificate\` or \`authority\``);
    }
  }
  if (has("name") && !has("authority")) report([...path, "name"], "`name` needs `authority`");
  if (has("authority") && !has("name")) {
    report([...path, "authority"], "`authority` needs `name`: whom it issued a certificate to");
  }
}

function checkedFile(
  file: string | undefined,
  key: "certificate" | "authority",
  path: NodePath,
  pemFiles: PemFiles,
  reporter: Reporter,
): string | undefined {
  if (file === undefined) return undefined;
  const at = [...path, key];
  const { file: absolute, content } = pemFiles.certificates(file, at);
  for (const certificate of content ?? []) {
    checkKind(certificate.publicKey, absolute, at, reporter);
    if (key === "authority" && !certificate.ca) {
      const { subject } = certificate;
      const shown = JSON.stringify(subject.replaceAll("\n", ", "));
      const message = `${absolute}: ${shown} is no authority; expected \`certificate\` for it`;
      reporter.error(at, "no-authority", message);
    }
  }
  return absolute;
}

function checkKind(key: KeyObject, file: string, at: NodePath, reporter: Reporter): void {
  const { asymmetricKeyType: type = "", asymmetricKeyDetails: details } = key;
  if (type !== "rsa" && type !== "ec") {
    const message = `${file} has a key of type ${type}; expected RSA or EC for signatures`;
    reporter.error(at, "key-type", message);
  } else if ((details?.modulusLength ?? rsaBitsMin) < rsaBitsMin) {
    const message = `${file} has a key of ${details?.modulusLength} bits; expected ${rsaBitsMin}`;
    reporter.error(at, "weak-key", message);
  }
}

interface WithPassword {
  readonly password?: string;
  readonly passwordFile?: string;
}

function secretOf(
  { password, passwordFile }: WithPassword,
  path: NodePath,
  pemFiles: PemFiles,
  reporter: Reporter,
): Secret {
  if ((password === undefined) === (passwordFile === undefined)) {
    const found = password === undefined ? "neither" : "both";
    const message = `there is ${found} of \`password\` and \`passwordFile\`; expected one of them`;
    reporter.error(path, "bad-proof", message);
  }
  if (passwordFile === undefined) return { secret: password ?? "" };
  const { content = "" } = pemFiles.password(passwordFile, [...path, "passwordFile"]);
  return { secret: content };
}

export function resolveServiceSecurity(
  service: string,
  { wsSecurity, contract, speaks }: DeclaredService,
  instances: Service["instances"],
  { pemFiles, reporter }: Surroundings,
): ServiceSecurity | undefined {
  if (wsSecurity === undefined) return undefined;
  const path = ["services", service, "wsSecurity"];
  if (contract === undefined || (speaks !== undefined && speaks !== "soap")) {
    const message = "`wsSecurity` needs a `contract` of a service that speaks SOAP";
    reporter.error(path, "ws-security-without-soap", message);
  }
  const { usernameToken, sign, ageMsMax } = wsSecurity;
  if (usernameToken === undefined && sign === undefined) {
    const message = "there is nothing to add; expected `usernameToken` or `sign`";
    reporter.error(path, "bad-proof", message);
  }
  const tokenPath = [...path, "usernameToken"];
  if (usernameToken !== undefined && !usernameToken.digest && usernameToken.withoutTls !== true) {
    const open = instances.find(({ scheme, socketPath }) => scheme === "http" && !socketPath);
    if (open !== undefined) {
      const message = `the password would travel as text to ${open.url}, without TLS`;
      const hint = "set `digest: true`, use https, or say `withoutTls: true`";
      reporter.error(tokenPath, "password-without-tls", message, hint);
    }
  }
  const token = usernameToken && {
    username: usernameToken.username,
    password: secretOf(usernameToken, tokenPath, pemFiles, reporter),
    digest: usernameToken.digest,
  };
  return {
    usernameToken: token,
    sign: resolveSign(wsSecurity, path, pemFiles, reporter),
    ageMsMax,
  };
}

function resolveSign(
  { sign, usernameToken }: NonNullable<DeclaredService["wsSecurity"]>,
  path: NodePath,
  pemFiles: PemFiles,
  reporter: Reporter,
): ServiceSecurity["sign"] {
  if (sign === undefined) return undefined;
  if (sign.parts.includes("username-token") && usernameToken === undefined) {
    const message = "`username-token` is to be signed, and there is no `usernameToken`";
    reporter.error([...path, "sign", "parts"], "bad-proof", message);
  }
  const keyPath = [...path, "sign", "key"];
  const certificate = pemFiles.certificate(sign.certificate, [...path, "sign", "certificate"]);
  const key = pemFiles.privateKey(sign.key, keyPath);
  pemFiles.checkPair(certificate, key, keyPath);
  const publicKey = certificate.content?.publicKey;
  if (publicKey !== undefined) checkKind(publicKey, certificate.file, keyPath, reporter);
  return { certificateFile: certificate.file, keyFile: key.file, parts: sign.parts };
}
