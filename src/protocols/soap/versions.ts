/** SOAP 1.1 (W3C Note, 2000) and SOAP 1.2 (second edition): what differs by version. */
export type SoapVersion = "1.1" | "1.2";

export interface SoapDialect {
  readonly version: SoapVersion;
  /** Namespace of the envelope. */
  readonly namespace: string;
  readonly mediaType: string;
  /** Attribute that says whom a header block is for. */
  readonly roleAttribute: "actor" | "role";
  /** Values of it that mean us, beside its absence. */
  readonly ourRoles: ReadonlySet<string>;
  /** Values of encodingStyle that mean the encoding of SOAP, and none at all. */
  readonly encodings: ReadonlySet<string>;
  readonly encodingNone: ReadonlySet<string>;
}

export const soap11: SoapDialect = {
  version: "1.1",
  namespace: "http://schemas.xmlsoap.org/soap/envelope/",
  mediaType: "text/xml",
  roleAttribute: "actor",
  ourRoles: new Set(["", "http://schemas.xmlsoap.org/soap/actor/next"]),
  encodings: new Set([
    "http://schemas.xmlsoap.org/soap/encoding/",
    "http://schemas.xmlsoap.org/soap/encoding",
  ]),
  encodingNone: new Set([""]),
};

export const soap12: SoapDialect = {
  version: "1.2",
  namespace: "http://www.w3.org/2003/05/soap-envelope",
  mediaType: "application/soap+xml",
  roleAttribute: "role",
  ourRoles: new Set([
    "",
    "http://www.w3.org/2003/05/soap-envelope/role/next",
    "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
  ]),
  encodings: new Set(["http://www.w3.org/2003/05/soap-encoding"]),
  encodingNone: new Set(["", "http://www.w3.org/2003/05/soap-envelope/encoding/none"]),
};

export function dialectOf(version: SoapVersion): SoapDialect {
  return version === "1.1" ? soap11 : soap12;
}

/** The other version's, for a message that is written in it by mistake. */
export function isEnvelopeNamespace(namespace: string): boolean {
  return namespace === soap11.namespace || namespace === soap12.namespace;
}

export const xopNamespace = "http://www.w3.org/2004/08/xop/include";
export const securityNamespace =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
export const utilityNamespace =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/** Attributes of these may stand on any element of a message without being part of it. */
export const attributeNamespaces: readonly string[] = [
  soap11.namespace,
  soap12.namespace,
  utilityNamespace,
  "http://schemas.xmlsoap.org/soap/encoding/",
  "http://www.w3.org/2003/05/soap-encoding",
];
