/** The issuers that are configured, ready to verify tokens: which one a token is of. */
import { isProblem, type Problem } from "#base/problem.ts";
import type { ProofSite } from "#extension/proof.ts";
import { createIntrospector, type Introspector } from "./introspection.ts";
import { createFixedKeys, createRemoteKeys, type KeySet } from "./key-set.ts";
import type { Issuer } from "./options.ts";
import { problems } from "./problems.ts";
import { readToken } from "./read-token.ts";
import { verifyToken, type Verified } from "./verify-token.ts";

export interface VerifiedBy extends Verified {
  /** Name of the issuer. */
  readonly issuer: string;
}

export interface Issuers {
  readonly verifyJwt: (token: string) => Promise<VerifiedBy | Problem>;
  /** Undefined: no issuer is asked about opaque tokens. */
  readonly verifyOpaque: ((token: string) => Promise<VerifiedBy | Problem>) | undefined;
}

interface KnownIssuer {
  readonly name: string;
  readonly issuer: Issuer;
  /** One of the two. */
  readonly keySet: KeySet | undefined;
  readonly introspector: Introspector | undefined;
}

/** Throws when a file of keys cannot be used. */
export function createIssuers(issuers: Readonly<Record<string, Issuer>>, site: ProofSite): Issuers {
  const known = Object.entries(issuers).map(([name, issuer]): KnownIssuer => {
    const { introspection } = issuer;
    if (introspection === undefined) {
      return { name, issuer, keySet: keySetOf(name, issuer, site), introspector: undefined };
    }
    const asked = { ...issuer, introspection };
    const introspector = createIntrospector(site.platform, name, asked);
    return { name, issuer, keySet: undefined, introspector };
  });
  const byUrl = new Map(known.map((one) => [one.issuer.issuer, one]));
  const asked = known.filter(({ introspector }) => introspector !== undefined);

  async function ask(
    token: string,
    { name, introspector }: KnownIssuer,
  ): Promise<VerifiedBy | Problem> {
    return by(name, await (introspector as Introspector).ask(token));
  }

  /** One that cannot be asked keeps no tokens of the others out. */
  async function askAll(token: string): Promise<VerifiedBy | Problem> {
    let refusal: Problem | undefined;
    for (const one of asked) {
      const found = await ask(token, one);
      if (!isProblem(found)) return found;
      const { code } = found.definition;
      if (code === "issuer-unavailable") refusal = found;
      else if (code === "token-inactive") refusal ??= found;
      else return found;
    }
    return refusal as Problem;
  }

  return {
    async verifyJwt(token) {
      const read = readToken(token);
      if (isProblem(read)) return read;
      const { iss } = read.claims;
      const found = typeof iss === "string" ? byUrl.get(iss) : undefined;
      if (found === undefined) {
        return problems["token-unknown-issuer"]("its `iss` is none of `identity.token.issuers`");
      }
      const { name, issuer, keySet } = found;
      if (keySet === undefined) return ask(token, found);
      if (!issuer.algorithms.includes(read.algorithm)) {
        const taken = issuer.algorithms.join(", ");
        return problems["token-algorithm"](`of issuer ${name} these are taken: ${taken}`);
      }
      return by(name, await verifyToken(token, name, issuer, keySet, site.platform));
    },
    verifyOpaque: asked.length === 0 ? undefined : askAll,
  };
}

function by(issuer: string, verified: Verified | Problem): VerifiedBy | Problem {
  return isProblem(verified) ? verified : { ...verified, issuer };
}

function keySetOf(name: string, issuer: Issuer, { platform, log, kept }: ProofSite): KeySet {
  const { jwksFile, jwksUri, issuer: url, cooldownMs, staleMs } = issuer;
  if (jwksFile !== undefined) return createFixedKeys(platform.files.read(jwksFile).toString());
  const remote = { name, jwksUri, issuer: url, cooldownMs, staleMs };
  return kept(`token ${JSON.stringify(remote)}`, () => createRemoteKeys(platform, log, remote));
}
