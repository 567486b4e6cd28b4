/** Who issues tokens in tests: keys made by jose, their public halves as a JWK set. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { exportJWK, generateKeyPair, SignJWT, type JWK } from "jose";

export const issuerUrl = "https://issuer.example";
export const audience = "parlance-tests";

export interface TokenIssuer {
  /** Absolute path of the JWK set. */
  readonly jwksFile: string;
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Signs these claims, over those of a token that counts for a minute; undefined: without it. */
  readonly sign: (
    claims?: Readonly<Record<string, unknown>>,
    header?: Record<string, unknown>,
  ) => Promise<string>;
}

export async function createTokenIssuer(
  context: Pick<TestContext, "after">,
  algorithm = "ES256",
  kid = "first",
): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" }] };
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const jwksFile = join(folder, "jwks.json");
  writeFileSync(jwksFile, JSON.stringify(jwks));
  return {
    jwksFile,
    jwks,
    sign(claims = {}, header = {}) {
      const nowS = Math.floor(Date.now() / 1_000);
      const usual = { iss: issuerUrl, aud: audience, sub: "ann", iat: nowS, exp: nowS + 60 };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: algorithm, kid, ...header })
        .sign(privateKey);
    },
  };
}
