/** A token taken apart, before anything of it is believed. */
import { isProblem, type Problem } from "#base/problem.ts";
import type { Claims } from "./claims.ts";
import { problems } from "./problems.ts";

export interface ReadToken {
  readonly algorithm: string;
  readonly claims: Claims;
}

const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/;

/** The token of a request (RFC 6750 §2.1); undefined: it has none. */
export function bearerIn(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^bearer +/i.test(authorization)) return undefined;
  return authorization.slice("bearer".length).trim();
}

/** Whether it is to be one: a brace in base64 and a dot are hardly in what is only random. */
export function isLikeJwt(token: string): boolean {
  return token.startsWith("ey") && token.includes(".");
}

export function readToken(token: string): ReadToken | Problem {
  const [, head = "", body = ""] = shape.exec(token) ?? [];
  if (head === "") {
    return problems["token-malformed"]("it has not three parts of base64url, which a JWT has");
  }
  const header = partOf(head, "header");
  if (isProblem(header)) return header;
  const claims = partOf(body, "payload");
  if (isProblem(claims)) return claims;
  const { alg } = header;
  if (typeof alg !== "string") return problems["token-malformed"]("its header names no `alg`");
  return { algorithm: alg, claims };
}

function partOf(text: string, name: string): Claims | Problem {
  const bad = (): Problem => problems["token-malformed"](`its ${name} is no JSON object`);
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Claims) : bad();
  } catch {
    return bad();
  }
}
