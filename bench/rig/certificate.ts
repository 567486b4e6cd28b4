/** A key and a self-signed certificate for the TLS runs, the same for every proxy. */
import { execFileSync } from "node:child_process";

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export function makeCertificate(directory: string): CertificateFiles {
  const files = { certFile: `${directory}/cert.pem`, keyFile: `${directory}/key.pem` };
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const output = ["-keyout", files.keyFile, "-out", files.certFile];
  execFileSync("openssl", ["req", "-x509", ...kind, ...name, ...output], { stdio: "pipe" });
  return files;
}
