/** An OpenID provider on a port of this machine, as teams run one: `oidc-provider` from npm. */
import type { TestContext } from "node:test";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { Provider, type Configuration } from "oidc-provider";
import { listenHttp } from "#tests/support/listen-http.ts";

export interface OidcProvider {
  readonly url: string;
  /** How often each path was asked for. */
  readonly asked: ReadonlyMap<string, number>;
  /** For an API of this name; opaque without one. */
  readonly issueToken: (scope: string, api?: string) => Promise<string>;
  readonly revoke: (token: string) => Promise<void>;
  /** Signs with another key from now on, which takes the place of the old one or joins it. */
  readonly rotate: (kid: string, keepsOld: boolean) => Promise<void>;
  /** Answers nothing but 500 until it is told otherwise. */
  readonly fail: (isFailing: boolean) => void;
}

export const client = { id: "batch", secret: "secret of the client batch" };

export async function startOidcProvider(
  context: Pick<TestContext, "after">,
): Promise<OidcProvider> {
  const asked = new Map<string, number>();
  let isFailing = false;
  let handle: ReturnType<Provider["callback"]> | undefined;
  const url = await listenHttp(context, (incoming, outgoing) => {
    const path = new URL(incoming.url ?? "/", "http://x").pathname;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (!isFailing) return void handle?.(incoming, outgoing);
    outgoing.writeHead(500);
    outgoing.end();
  });
  let keys: JWK[] = [await signingKey("first")];
  const begin = (): void => {
    handle = new Provider(url, configurationOf(keys)).callback();
  };
  begin();
  const authorization = `Basic ${Buffer.from(
    `${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`,
  ).toString("base64")}`;
  const post = async (path: string, form: Readonly<Record<string, string>>): Promise<unknown> => {
    const body = new URLSearchParams(form);
    const answer = await fetch(url + path, { method: "POST", headers: { authorization }, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    url,
    asked,
    async issueToken(scope, api) {
      const resource = api === undefined ? {} : { resource: api };
      const form = { grant_type: "client_credentials", scope, ...resource };
      const answer = (await post("/token", form)) as { readonly access_token: string };
      return answer.access_token;
    },
    async revoke(token) {
      await post("/token/revocation", { token });
    },
    async rotate(kid, keepsOld) {
      const fresh = await signingKey(kid);
      keys = keepsOld ? [fresh, ...keys] : [fresh];
      begin();
    },
    fail: (next) => void (isFailing = next),
  };
}

async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
}

function configurationOf(keys: readonly JWK[]): Configuration {
  return {
    jwks: { keys: [...keys] as never },
    scopes: ["orders:read", "orders:write"],
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience) => ({
          scope: "orders:read orders:write",
          audience,
          accessTokenFormat: "jwt",
        }),
      },
    },
  };
}
