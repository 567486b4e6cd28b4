/** Keys and certificates for tests, made by openssl into a folder of the test's own. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const keyOptions = {
  ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
  rsa: ["-newkey", "rsa:2048", "-nodes"],
} as const;

function openssl(...options: readonly string[]): void {
  execFileSync("openssl", options, { stdio: "pipe" });
}

/** A self-signed authority. */
export function makeAuthority(
  folder: string,
  name: string,
  kind: keyof typeof keyOptions = "ec",
): CertificateFiles {
  const files = filesOf(folder, name);
  const output = ["-keyout", files.keyFile, "-out", files.certFile];
  openssl("req", "-x509", ...keyOptions[kind], "-days", "2", "-subj", `/CN=${name}`, ...output);
  return files;
}

/** @param names as in subjectAltName: `DNS:localhost`, `IP:127.0.0.1`. */
export function issueCertificate(
  folder: string,
  name: string,
  authority: CertificateFiles,
  names: readonly string[],
): CertificateFiles {
  const files = filesOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${names.join(",")}\n`);
  openssl(
    "req",
    ...keyOptions.ec,
    "-subj",
    `/CN=${name}`,
    "-keyout",
    files.keyFile,
    "-out",
    request,
  );
  const signer = ["-CA", authority.certFile, "-CAkey", authority.keyFile, "-CAcreateserial"];
  const input = ["-in", request, "-extfile", extensions, "-days", "2"];
  openssl("x509", "-req", ...input, ...signer, "-out", files.certFile);
  return files;
}

export function readPair(files: CertificateFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
}

function filesOf(folder: string, name: string): CertificateFiles {
  return { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
}
