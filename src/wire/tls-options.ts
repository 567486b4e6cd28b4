/**
 * TLS to an instance: whom we expect, what we show, what we speak. Compiled once a pool, so that a
 * file that is none is found when the configuration is taken, not when the first request comes.
 */
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { tls as nodeTls } from "#base/late-modules.ts";

export interface PoolTls {
  readonly serverName: string;
  readonly verify: boolean;
  /** PEM. */
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** Throws when certificate, key or authorities are not usable. */
export function secureOptions(tls: PoolTls, protocol: "http/1.1" | "h2"): ConnectionOptions {
  const { serverName, verify, ca, cert, key } = tls;
  return {
    // RFC 6066 §3: an address is no server name, yet the certificate must have it.
    servername: isIP(serverName) > 0 ? "" : serverName,
    checkServerIdentity: (_host, certificate) =>
      nodeTls().checkServerIdentity(serverName, certificate),
    rejectUnauthorized: verify,
    ALPNProtocols: [protocol],
    secureContext: nodeTls().createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
  };
}
