/**
 * TLS to an instance: whom we expect, what we show, what we speak. Compiled once a pool, so that a
 * file that is none is found when the configuration is taken, not when the first request comes.
 */
import type { ConnectionOptions } from "node:tls";
import { expectedPeer } from "#base/expected-peer.ts";
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
    ...expectedPeer(serverName),
    rejectUnauthorized: verify,
    ALPNProtocols: [protocol],
    secureContext: nodeTls().createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
  };
}
