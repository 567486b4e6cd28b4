/**
 * The command line of every small proxy here: port, upstream URL, and for TLS certificate and key.
 */
import { readFileSync } from "node:fs";

const [port, target, certFile, keyFile] = process.argv.slice(2);
if (port === undefined || target === undefined) {
  throw new Error("usage: PORT UPSTREAM_URL [CERT_FILE KEY_FILE]");
}

export const settings = {
  port: Number(port),
  target,
  tls:
    certFile === undefined || keyFile === undefined
      ? undefined
      : { cert: readFileSync(certFile), key: readFileSync(keyFile) },
};
