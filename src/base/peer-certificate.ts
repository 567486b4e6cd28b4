/** What is known of a client's certificate once TLS has verified it. */
export interface PeerCertificate {
  /** SHA-256 of its DER form, lower-case hex. */
  readonly sha256: string;
  /** Common name of its subject; empty: it has none, or several. */
  readonly commonName: string;
  /** Its one URI, where that has the scheme spiffe; undefined: it has none, or several. */
  readonly spiffeId: string | undefined;
}
