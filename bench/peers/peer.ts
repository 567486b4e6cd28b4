/** What the comparison must know of a proxy: whether it is here, and how it is started. */
import type { CertificateFiles } from "#bench/rig/certificate.ts";
import type { Command } from "#bench/rig/processes.ts";

export interface Peer {
  /** As `--only` takes it. */
  readonly id: string;
  readonly name: string;
  readonly note?: string;
  /** Whether it runs on Node, as Parlance does. */
  readonly onNode?: boolean;
  /** What callers send in `X-Api-Key`, where it asks for one. */
  readonly key?: string;
  readonly find: () => Found;
  /** Writes what the proxy needs into the site's directory; it must then stay in the foreground. */
  readonly prepare: (site: Site) => Command;
}

export type Found = { readonly version: string } | { readonly missing: string };

export interface Site {
  /** Of this one process alone, exists. */
  readonly directory: string;
  /** Where callers come in; all they ask for begins with `/up/`. */
  readonly port: number;
  /** Answers with and without `/up`. */
  readonly upstreamPort: number;
  /** Present: callers come in over TLS. */
  readonly tls: CertificateFiles | undefined;
}
