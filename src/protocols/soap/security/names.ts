/** Names of WS-Security (SOAP Message Security 1.1.1 and its token profiles). */
import { securityNamespace } from "#protocols/soap/versions.ts";

const wss = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";
export const base64Encoding = `${wss}-soap-message-security-1.0#Base64Binary`;

const usernameProfile = `${wss}-username-token-profile-1.0`;
export const passwordText = `${usernameProfile}#PasswordText`;
export const passwordDigest = `${usernameProfile}#PasswordDigest`;

const certificateProfile = `${wss}-x509-token-profile-1.0`;
export const certificateToken = `${certificateProfile}#X509v3`;
export const subjectKeyIdentifier = `${certificateProfile}#X509SubjectKeyIdentifier`;
export const thumbprint =
  "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";

export const addressingNamespaces: ReadonlySet<string> = new Set([
  "http://www.w3.org/2005/08/addressing",
  "http://schemas.xmlsoap.org/ws/2004/08/addressing",
]);

export function isSecurityBlock(block: { readonly name: string; readonly namespace: string }) {
  return block.name === "Security" && block.namespace === securityNamespace;
}
