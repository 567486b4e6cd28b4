/**
 * Signs a request (RFC 9421 §3.1): the values of `Signature-Input` and `Signature` for one label.
 * What is covered has no parameters, and names and values need no escapes, so that the base is put
 * together at once.
 */
import type { KeyObject } from "node:crypto";
import { createSignature, type SignatureAlgorithm } from "./algorithms.ts";
import { plainComponent, type MissingComponent, type SignedMessage } from "./signature-base.ts";

export interface SigningOrder {
  readonly label: string;
  /** Names of fields in lower case, and derived components such as `@method`. */
  readonly components: readonly string[];
  /** In the order in which they are to stand; texts of printable ASCII, no quotes, backslashes. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
}

export interface MadeSignature {
  readonly kind: "signature";
  readonly signatureInput: string;
  readonly signature: string;
}

export function signRequest(
  message: SignedMessage,
  { label, components, parameters, algorithm, key }: SigningOrder,
): MadeSignature | MissingComponent {
  let base = "";
  let list = "";
  for (const component of components) {
    const value = plainComponent(message, component);
    if (value === undefined || lineEnd.test(value)) return { kind: "missing", component };
    base += `"${component}": ${value}\n`;
    list += list === "" ? `"${component}"` : ` "${component}"`;
  }
  let input = `(${list})`;
  for (const name in parameters) {
    const value = parameters[name] as string | number;
    input += typeof value === "number" ? `;${name}=${value}` : `;${name}="${value}"`;
  }
  const text = `${base}"@signature-params": ${input}`;
  const made = createSignature(algorithm, key, Buffer.from(text, "latin1"));
  return {
    kind: "signature",
    signatureInput: `${label}=${input}`,
    signature: `${label}=:${made.toString("base64")}:`,
  };
}

const lineEnd = /[\r\n]/;
