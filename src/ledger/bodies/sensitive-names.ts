/** Names of fields that are masked, whatever their case and whether written with - or _. */

export interface SensitiveNames {
  readonly isEmpty: boolean;
  readonly has: (name: string) => boolean;
}

/** Fields of heads that carry proofs of who somebody is. */
const headerNames = createSensitiveNames([
  "authorization",
  "proxy-authorization",
  "authentication-info",
  "proxy-authentication-info",
  "cookie",
  "cookie2",
  "set-cookie",
  "set-cookie2",
  "x-api-key",
  "api-key",
  "apikey",
  "x-goog-api-key",
  "ocp-apim-subscription-key",
  "x-auth-token",
  "x-access-token",
  "x-amz-security-token",
  "x-csrf-token",
  "x-xsrf-token",
  "x-vault-token",
  "private-token",
]);

/** The same in queries. */
const queryNames = createSensitiveNames([
  "access_token",
  "refresh_token",
  "id_token",
  "token",
  "auth_token",
  "api_key",
  "apikey",
  "x-api-key",
  "subscription-key",
  "password",
  "passwd",
  "pwd",
  "secret",
  "client_secret",
  "client_assertion",
  "sig",
  "signature",
  "x-amz-signature",
  "x-amz-credential",
  "x-amz-security-token",
  "x-goog-signature",
  "x-goog-credential",
]);

export const isSecretHeader = headerNames.has;
export const isSecretInQuery = queryNames.has;

export function createSensitiveNames(names: Iterable<string>): SensitiveNames {
  const known = new Set<string>();
  for (const name of names) known.add(plain(name));
  return { isEmpty: known.size === 0, has: (name) => known.has(plain(name)) };
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}
