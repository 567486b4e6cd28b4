/**
 * Whether a request came through the gateway: it carries a signature (RFC 9421) by one of the keys
 * that the gateway publishes. For any server of Node; see express-service.ts, fastify-service.ts.
 */
import { createHash, KeyObject, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { httpbis } from "http-message-signatures";
import { createRemoteJWKSet } from "jose";

const directory = "/.well-known/http-message-signatures-directory";
const covered = ["@method", "@authority", "@path", "@query", "parlance-exchange"];

export function throughGateway(gateway: string): (request: IncomingMessage) => Promise<boolean> {
  const keys = createRemoteJWKSet(new URL(directory, gateway));
  /** A signature counts once: until it expires its nonce is remembered. */
  const seen = new Map<string, number>();
  const config = {
    requiredFields: covered,
    requiredParams: ["created", "expires", "nonce", "keyid"],
    tolerance: 5,
    keyLookup: async ({
      keyid = "",
      nonce,
      expires,
    }: {
      keyid?: string;
      [more: string]: unknown;
    }) => {
      const key = KeyObject.from(await keys({ kid: keyid, alg: "EdDSA" }));
      return {
        algs: ["ed25519"],
        verify: async (data: Buffer, signature: Buffer) =>
          verify(null, data, key, signature) && isNew(seen, String(nonce), Number(expires)),
      };
    },
  };
  return async ({ method = "", url = "", headers }) => {
    const asked = headers as Record<string, string>;
    const message = { method, url: `http://${headers.host}${url}`, headers: asked };
    const held = await httpbis.verifyMessage(config, message).catch(() => false);
    // What is not covered anybody may have added.
    if (held !== true || !/"parlance-caller"/.test(String(headers["signature-input"]))) {
      delete headers["parlance-caller"];
    }
    return held === true;
  };
}

/** Whether a body is the one that was signed. */
export function bodyFits({ headers }: Pick<IncomingMessage, "headers">, body: Buffer): boolean {
  if (!/"content-digest"/.test(String(headers["signature-input"]))) return body.length === 0;
  const digest = createHash("sha256").update(body).digest("base64");
  return headers["content-digest"] === `sha-256=:${digest}:`;
}

function isNew(seen: Map<string, number>, nonce: string, expires: number): boolean {
  const nowS = Date.now() / 1_000;
  // The oldest come first.
  for (const [old, untilS] of seen) {
    if (untilS >= nowS) break;
    seen.delete(old);
  }
  if (seen.has(nonce)) return false;
  seen.set(nonce, expires + 10);
  return true;
}
