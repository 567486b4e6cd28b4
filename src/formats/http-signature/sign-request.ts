/** Signs a request (RFC 9421 §3.1): the values of `Signature-Input` and `Signature` for one label. */
import type { KeyObject } from "node:crypto";
import { createSignature, type SignatureAlgorithm } from "./algorithms.ts";
import { signatureBase, type MissingComponent, type SignedMessage } from "./signature-base.ts";
import {
  writeInnerList,
  type BareItem,
  type InnerList,
  type Item,
  type Parameters,
} from "./structured-fields.ts";

export interface SigningOrder {
  readonly label: string;
  /** Names of fields in lower case, and derived components such as `@method`. */
  readonly components: readonly string[];
  /** In the order in which they are to stand. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
}

export interface MadeSignature {
  readonly kind: "signature";
  readonly signatureInput: string;
  readonly signature: string;
}

const none: Parameters = new Map();

export function signRequest(
  message: SignedMessage,
  { label, components, parameters, algorithm, key }: SigningOrder,
): MadeSignature | MissingComponent {
  const covered: InnerList = {
    kind: "list",
    items: components.map((name): Item => {
      return { kind: "item", item: { kind: "string", value: name }, parameters: none };
    }),
    parameters: new Map(
      Object.entries(parameters).map(([name, value]): [string, BareItem] => [
        name,
        typeof value === "number" ? { kind: "integer", value } : { kind: "string", value },
      ]),
    ),
  };
  const base = signatureBase(message, covered);
  if (base.kind === "missing") return base;
  const made = createSignature(algorithm, key, Buffer.from(base.text, "latin1"));
  return {
    kind: "signature",
    signatureInput: `${label}=${writeInnerList(covered)}`,
    signature: `${label}=:${made.toString("base64")}:`,
  };
}
