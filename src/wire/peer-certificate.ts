/** The client's certificate of a connection: verified, or the connection is not to go on. */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { PeerCertificate } from "#base/peer-certificate.ts";

/** What Node's own server asks at this point; of a socket that it did not make, nobody does. */
interface Verified {
  readonly ssl?: { readonly verifyError?: () => unknown };
}

/** @returns undefined: the client has shown none; "refused": one that does not hold. */
export function peerCertificateOf(socket: TLSSocket): PeerCertificate | undefined | "refused" {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { ssl } = socket as unknown as Verified;
  if (typeof ssl?.verifyError !== "function") return "refused";
  const fault = ssl.verifyError();
  if (fault !== undefined && fault !== null) return "refused";
  return {
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    commonName: commonNameIn(certificate),
    spiffeId: spiffeIdIn(certificate.subjectAltName ?? ""),
  };
}

function commonNameIn(certificate: X509Certificate): string {
  const name: unknown = certificate.toLegacyObject().subject?.CN;
  return typeof name === "string" ? name : "";
}

/** Values that could be taken for more than one stand in quotation marks. */
const alternativeName = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

/** SPIFFE X.509-SVID §2: exactly one URI. */
export function spiffeIdIn(subjectAltName: string): string | undefined {
  const uris: string[] = [];
  alternativeName.lastIndex = 0;
  while (alternativeName.lastIndex < subjectAltName.length) {
    const found = alternativeName.exec(subjectAltName);
    if (found === null) return undefined;
    const [, kind = "", value = ""] = found;
    if (kind === "URI") uris.push(value);
  }
  const [uri = ""] = uris;
  return uris.length === 1 && uri.startsWith("spiffe://") ? uri : undefined;
}
