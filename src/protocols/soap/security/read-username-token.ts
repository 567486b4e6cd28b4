/** A wsse:UsernameToken as it stands (UsernameToken Profile 1.1.1 §3), and what its digest is. */
import { createHash } from "node:crypto";
import { endTag, type XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { securityNamespace, utilityNamespace } from "#protocols/soap/versions.ts";
import { fail } from "./fail.ts";
import { passwordDigest, passwordText } from "./names.ts";

export interface UsernameToken {
  /** Of its start tag. */
  readonly offset: number;
  readonly username: string;
  readonly password: string;
  readonly isDigest: boolean;
  /** Base64, "" for none. */
  readonly nonce: string;
  readonly created: string;
}

export function readUsernameToken(tokenizer: XmlTokenizer): UsernameToken {
  const offset = tokenizer.tagStart;
  const texts: Record<string, string> = Object.create(null) as Record<string, string>;
  let type = passwordText;
  while (tokenizer.nextElement() !== endTag) {
    const { name, attributes } = tokenizer;
    const isKnown =
      name === "Created"
        ? tokenizer.namespace === utilityNamespace
        : tokenizer.namespace === securityNamespace &&
          ["Username", "Password", "Nonce"].includes(name);
    if (!isKnown || texts[name] !== undefined) {
      const shown = `<${name.slice(0, 100)}>`;
      fail("soap-security", `${shown} may not stand in wsse:UsernameToken, or not twice`);
    }
    if (name === "Password") {
      const index = attributes.find("Type", "");
      type = index < 0 ? passwordText : attributes.value(index);
    }
    // White space is part of a password, and of nothing else.
    const text = tokenizer.readText();
    texts[name] = name === "Password" && type === passwordText ? text : text.trim();
  }
  if (type !== passwordText && type !== passwordDigest) {
    const shown = JSON.stringify(type.slice(0, 200));
    fail("soap-security", `the password is of type ${shown}; expected text or digest`);
  }
  const { Username: username, Password: password, Nonce: nonce = "", Created = "" } = texts;
  if (username === undefined || password === undefined) {
    return fail("soap-security", "wsse:Username or wsse:Password is missing");
  }
  const isDigest = type === passwordDigest;
  return { offset, username, password, isDigest, nonce, created: Created };
}

/** Profile 1.1.1 §3.1: Base64(SHA-1(nonce + created + password)). */
export function digestOf(nonce: Uint8Array, created: string, password: string): string {
  return createHash("sha1").update(nonce).update(created).update(password).digest("base64");
}
