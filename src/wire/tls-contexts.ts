/**
 * The certificates of one revision, ready for handshakes: which one is shown follows from the
 * server name the caller asks for (RFC 6066 §3). An exact name wins over a wildcard, and what no
 * name fits gets the first.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { SecureContext } from "node:tls";
import { tls } from "#base/late-modules.ts";

export interface TlsCertificate {
  /** How messages name it. */
  readonly name: string;
  /** PEM, intermediate certificates behind the own one. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Lower case; empty: the names in the certificate. */
  readonly hosts: readonly string[];
}

export interface TlsContexts {
  readonly first: SecureContext;
  /** The context for a server name in any case. */
  contextFor(serverName: string): SecureContext;
  /** Undefined: clients are not asked for certificates. */
  readonly clients: ClientCertificates | undefined;
}

export interface ClientCertificates {
  /** PEM: who issues them. */
  readonly ca: Buffer;
  /** Whether there is no connection without one. */
  readonly required: boolean;
}

/** Throws an error that names the certificate when one is not usable. */
export function createTlsContexts(
  certificates: readonly TlsCertificate[],
  minVersion: "TLSv1.2" | "TLSv1.3",
  clients?: ClientCertificates,
): TlsContexts {
  const exact = new Map<string, SecureContext>();
  const wildcards = new Map<string, SecureContext>();
  let first: SecureContext | undefined;
  for (const certificate of certificates) {
    const { context, names } = compile(certificate, minVersion, clients);
    first ??= context;
    for (const name of names) {
      const [table, key] = name.startsWith("*.") ? [wildcards, name.slice(1)] : [exact, name];
      // Listed first, used first.
      if (!table.has(key)) table.set(key, context);
    }
  }
  if (first === undefined) throw new Error("listen.tls has no certificate");
  const fallback = first;
  return {
    first,
    clients,
    contextFor(serverName) {
      const name = serverName.toLowerCase();
      const dot = name.indexOf(".");
      // RFC 9525 §6.3: a wildcard stands for exactly one label.
      const wildcard = dot > 0 ? wildcards.get(name.slice(dot)) : undefined;
      return exact.get(name) ?? wildcard ?? fallback;
    },
  };
}

function compile(
  { name, cert, key, hosts }: TlsCertificate,
  minVersion: "TLSv1.2" | "TLSv1.3",
  clients: ClientCertificates | undefined,
): { readonly context: SecureContext; readonly names: readonly string[] } {
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) {
      throw new Error("the private key does not belong to the certificate");
    }
    // Without a context of their own, sessions in which certificates count are not resumed.
    const asking = clients && { ca: clients.ca, sessionIdContext: "parlance" };
    return {
      context: tls().createSecureContext({ cert, key, minVersion, ...asking }),
      names: hosts.length > 0 ? hosts : namesIn(parsed),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`certificate ${name} is not usable: ${reason}`, { cause: error });
  }
}

/** RFC 9525 §2: the DNS names of the extension; the subject counts for nothing beside it. */
function namesIn({ subjectAltName = "", subject }: X509Certificate): readonly string[] {
  const names = [...subjectAltName.matchAll(/(?:^|, )DNS:([^,\s"]+)/g)].map(([, name]) => name);
  if (subjectAltName === "") names.push(/^CN=(\S+)$/m.exec(subject)?.[1]);
  return names.flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]));
}
