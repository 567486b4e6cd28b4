/** TLS to a server that is expected to be one of a name, or of an address. */
import { isIP } from "node:net";
import type { PeerCertificate } from "node:tls";
import { tls } from "./late-modules.ts";

/** RFC 6066 §3: an address is no server name, yet the certificate must have it. */
export function expectedPeer(name: string) {
  return {
    servername: isIP(name) > 0 ? "" : name,
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      tls().checkServerIdentity(name, certificate),
  };
}
