/**
 * Certificates of clients (mTLS): TLS has verified that an authority issued it and that the client
 * has its key; here it is told whose it is.
 */
import { mapOf } from "#base/json-schema.ts";
import type { PeerCertificate } from "#base/peer-certificate.ts";
import type { ProofCaller, ProofFinding, ProofKind } from "#extension/proof.ts";

interface CertificateCaller {
  readonly sha256?: string;
  readonly spiffe?: string;
  readonly commonName?: string;
}

const idLengthMax = 2_048;

const callerSchema = mapOf(
  "Certificate of this caller, which `listen.tls.clientCertificates` asks for. What is given " +
    "here has to fit, all of it.",
  {
    sha256: {
      type: "string",
      description: "SHA-256 of the certificate in DER form: of this one, until it is renewed.",
      pattern: "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$",
      "x-expected": "64 hexadecimal digits, as `openssl x509 -fingerprint -sha256` shows them",
    },
    spiffe: {
      type: "string",
      description: "SPIFFE id in its one URI; `/*` at the end stands for any path below.",
      pattern: "^spiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)*(/\\*)?$",
      maxLength: idLengthMax,
      "x-expected": "an id such as spiffe://example.org/billing",
    },
    commonName: {
      type: "string",
      description: "Common name of its subject. Authorities may issue it twice: better the others.",
      minLength: 1,
      maxLength: 256,
    },
  },
  { minProperties: 1, "x-expected": "`sha256`, `spiffe` or `commonName`" },
);

export const certificate: ProofKind<CertificateCaller> = {
  name: "certificate",
  authentication: "certificate",
  caller: callerSchema,
  options: undefined,
  problems: [],
  check: ({ callers }) => checkOwners(callers),
  explain({ callers }, { certificate: shown }) {
    if (shown === undefined) return { why: "no certificate was shown", absent: true };
    const found = find(exactFirst(callers), shown);
    if (found === undefined) return { why: "the certificate is of no caller" };
    return { why: `by the certificate ${shown.sha256}`, caller: found.name };
  },
  create({ callers: inOrder }) {
    const callers = exactFirst(inOrder);
    // A connection shows one certificate, which is looked for once.
    const found = new WeakMap<PeerCertificate, ReturnType<typeof look>>();
    const look = (shown: PeerCertificate) => {
      const caller = find(callers, shown);
      return caller === undefined
        ? ({ kind: "unmatched", why: "the client's certificate is of no caller" } as const)
        : ({ kind: "proven", caller: caller.index, ...subjectOf(shown) } as const);
    };
    return {
      prove({ certificate: shown }) {
        if (shown === undefined) return undefined;
        let outcome = found.get(shown);
        if (outcome === undefined) found.set(shown, (outcome = look(shown)));
        return outcome;
      },
    };
  },
};

/** A caller that stands for many is not to hide one of them; then the order of the file counts. */
function exactFirst(
  callers: readonly ProofCaller<CertificateCaller>[],
): readonly ProofCaller<CertificateCaller>[] {
  return callers.toSorted((one, other) => exactness(other.options) - exactness(one.options));
}

/** One certificate, one id, the narrower of two kinds of ids, a name. */
function exactness({ sha256, spiffe, commonName }: CertificateCaller): number {
  const name = commonName === undefined ? 0 : 0.5;
  if (sha256 !== undefined) return 2 * idLengthMax + name;
  if (spiffe === undefined) return name;
  return (spiffe.endsWith("/*") ? spiffe.length : idLengthMax + 1) + name;
}

function find(
  callers: readonly ProofCaller<CertificateCaller>[],
  shown: PeerCertificate,
): ProofCaller<CertificateCaller> | undefined {
  return callers.find(
    ({ options: { sha256, spiffe, commonName } }) =>
      (sha256 === undefined || digits(sha256) === shown.sha256) &&
      (spiffe === undefined || fits(spiffe, shown.spiffeId)) &&
      (commonName === undefined || commonName === shown.commonName),
  );
}

function digits(sha256: string): string {
  return sha256.replaceAll(":", "").toLowerCase();
}

function fits(wanted: string, id: string | undefined): boolean {
  if (id === undefined) return false;
  return wanted.endsWith("/*") ? id.startsWith(wanted.slice(0, -1)) : id === wanted;
}

function subjectOf({ spiffeId, commonName }: PeerCertificate): { readonly subject?: string } {
  const subject = spiffeId ?? commonName;
  return subject === "" ? {} : { subject };
}

function checkOwners(callers: readonly ProofCaller<CertificateCaller>[]): readonly ProofFinding[] {
  const owners = new Map<string, string>();
  return callers.flatMap(({ name, options, source }): readonly ProofFinding[] => {
    const { sha256 = "", spiffe = "", commonName = "" } = options;
    const wanted = JSON.stringify([digits(sha256), spiffe, commonName]);
    const owner = owners.get(wanted);
    if (owner === undefined) owners.set(wanted, name);
    if (owner === undefined) return [];
    const message = `callers ${owner} and ${name} have the same certificate; expected one of them`;
    return [{ severity: "error", message, source }];
  });
}
