/** Attacks on signed messages: all keep the signature valid, or try to get round it. */
import assert from "node:assert/strict";
import test from "node:test";
import { billingNamespace } from "#protocols/soap/billing-fixture.ts";
import {
  identities,
  createFace,
  outcome,
  proofOf,
  signatureOf,
  signing,
  written,
} from "./security-fixture.ts";

const forged = `<getInvoice xmlns="${billingNamespace}"><id>666</id></getInvoice>`;
const wsu = `xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"`;

interface Parts {
  readonly message: string;
  readonly body: string;
  readonly bodyId: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly signedInfo: string;
}

function partsOf(message: string): Parts {
  const cut = (pattern: RegExp): string => {
    const found = pattern.exec(message)?.[0];
    assert.ok(found !== undefined, String(pattern));
    return found;
  };
  return {
    message,
    body: cut(/<soap:Body.*<\/soap:Body>/s),
    bodyId: /wsu:Id="(body-[^"]+)"/.exec(message)?.[1] ?? "",
    timestamp: cut(/<wsu:Timestamp.*<\/wsu:Timestamp>/s),
    signature: cut(/<ds:Signature .*<\/ds:Signature>/s),
    signedInfo: cut(/<ds:SignedInfo.*<\/ds:SignedInfo>/s),
  };
}

const wrapper = (content: string) => `<x:W xmlns:x="urn:wrapper">${content}</x:W>`;
const fakeBody = (id: string) => `<soap:Body${id}>${forged}</soap:Body>`;

const attacks: readonly (readonly [string, (parts: Parts) => string, RegExp])[] = [
  [
    "the signed Body moved into a header, another in its place",
    ({ message, body }) =>
      message.replace(body, fakeBody("")).replace("</soap:Header>", `${wrapper(body)}$&`),
    /the Body is not signed/,
  ],
  [
    "the same with the Id on both",
    ({ message, body, bodyId }) =>
      message
        .replace(body, fakeBody(` ${wsu} wsu:Id="${bodyId}"`))
        .replace("</soap:Header>", `${wrapper(body)}$&`),
    /stands twice/,
  ],
  ...["Id", "ID", "id", "xml:id", "AssertionID"].map(
    (name) =>
      [
        `the same with the Id as ${name} on the forged one`,
        ({ message, body, bodyId }: Parts) =>
          message
            .replace(body, fakeBody(` ${name}="${bodyId}"`))
            .replace("</soap:Header>", `${wrapper(body)}$&`),
        /stands twice/,
      ] as const,
  ),
  [
    "the signed Body inside the Security header",
    ({ message, body }) =>
      message.replace(body, fakeBody("")).replace("</wsse:Security>", `${wrapper(body)}$&`),
    /<W> in wsse:Security is not understood/,
  ],
  [
    "the signed Body inside the signature, as an Object",
    ({ message, body }) =>
      message
        .replace(body, fakeBody(""))
        .replace("</ds:Signature>", `<ds:Object>${body}</ds:Object>$&`),
    /Signature has SignedInfo, SignatureValue, KeyInfo, Object/,
  ],
  [
    "the signed Body inside KeyInfo",
    ({ message, body }) =>
      message.replace(body, fakeBody("")).replace("</ds:KeyInfo>", `${wrapper(body)}$&`),
    /the Body is not signed/,
  ],
  [
    "the whole envelope inside the Body of another",
    ({ message }) => {
      const inner = message.replace(/^<\?xml[^>]*>\s*/, "");
      const header = /<soap:Header>.*<\/soap:Header>/s.exec(inner)?.[0] ?? "";
      const open = /<soap:Envelope[^>]*>/.exec(inner)?.[0] ?? "";
      const bare = inner.replace(header, "");
      return `${open}${header}<soap:Body>${forged}${bare}</soap:Body></soap:Envelope>`;
    },
    /the Body is not signed/,
  ],
  [
    "two Bodies, the forged one first",
    ({ message, body }) => message.replace(body, fakeBody("") + body),
    /the Body is not signed/,
  ],
  [
    "two Bodies, the forged one last",
    ({ message, body }) => message.replace(body, body + fakeBody("")),
    /expected the end of the Envelope/,
  ],
  [
    "the content of the Body exchanged",
    ({ message }) => message.replace(">4711<", ">4712<"),
    /the element "body-[^"]+" is not as it was signed/,
  ],
  [
    "a fresh Timestamp beside the signed one",
    ({ message, timestamp }) =>
      message.replace(timestamp, timestamp.replace(/ wsu:Id="[^"]+"/, "") + timestamp),
    /two wsu:Timestamp/,
  ],
  [
    "a fresh Timestamp, the signed one in a header",
    ({ message, timestamp }) =>
      message
        .replace(timestamp, timestamp.replace(/ wsu:Id="[^"]+"/, ""))
        .replace(
          "</soap:Header>",
          `${wrapper(timestamp.replace("<wsu:Timestamp", `<wsu:Timestamp ${wsu}`))}$&`,
        ),
    /wsu:Timestamp is not signed/,
  ],
  [
    "a second Security header for us",
    ({ message }) => {
      const block = /<wsse:Security .*<\/wsse:Security>/s.exec(message)?.[0] ?? "";
      return message.replace(block, block + block);
    },
    /two headers wsse:Security/,
  ],
  [
    "two SignedInfo, the signed one last",
    ({ message, signedInfo }) =>
      message.replace(signedInfo, signedInfo.replace(/<ds:DigestValue>[^<]+/g, "$&") + signedInfo),
    /Signature has SignedInfo, SignedInfo/,
  ],
  [
    "a comment in a DigestValue, which the canonical form does not have",
    ({ message }) =>
      message
        .replace(/(<ds:DigestValue>)([^<]{10})/, "$1<!-- AAAA -->$2")
        .replace(">4711<", ">4712<"),
    /is not as it was signed/,
  ],
  [
    "a reference added to SignedInfo",
    ({ message }) => message.replace(/(<ds:Reference .*?<\/ds:Reference>)/s, "$1$1"),
    /to the same Id/,
  ],
  [
    "a reference taken out of SignedInfo",
    ({ message }) => message.replace(/<ds:Reference .*?<\/ds:Reference>/s, ""),
    /not made with the key/,
  ],
  [
    "a reference to everything",
    ({ message }) => message.replace(/URI="#body-[^"]+"/, 'URI=""'),
    /to no Id/,
  ],
  [
    "a reference by XPointer",
    ({ message }) => message.replace(/URI="#body-[^"]+"/, `URI="#xpointer(id('a'))"`),
    /to no Id/,
  ],
  [
    "a reference to a file",
    ({ message }) => message.replace(/URI="#body-[^"]+"/, 'URI="file:///etc/passwd"'),
    /to no Id/,
  ],
  [
    "a transform that takes things out",
    ({ message }) =>
      message.replace(
        /<ds:Transform /,
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/><ds:Transform ',
      ),
    /^soap-security-algorithm: the Transform/,
  ],
  [
    "HMAC with the certificate as its secret",
    ({ message }) => message.replace(/xmldsig-more#rsa-sha256/, "xmldsig-more#hmac-sha256"),
    /^soap-security-algorithm: the SignatureMethod/,
  ],
  [
    "the method of another kind of key",
    ({ message }) => message.replace(/xmldsig-more#rsa-sha256/, "xmldsig-more#ecdsa-sha256"),
    /the signature is by ec, the key by rsa/,
  ],
  [
    "SHA-1 in the place of SHA-256",
    ({ message }) =>
      message.replace(
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2000/09/xmldsig#sha1",
      ),
    /SHA-1 is not taken/,
  ],
  [
    "no signature, the token alone",
    ({ message, signature }) => message.replace(signature, ""),
    /neither wsse:UsernameToken nor ds:Signature/,
  ],
  [
    "the certificate of another caller, the signature of this one",
    ({ message }) => {
      const other = identities.ec.certificate.replace(/-----[^-]+-----|\s/g, "");
      return message.replace(/(<wsse:BinarySecurityToken[^>]*>)[^<]+/, `$1${other}`);
    },
    /the signature is by rsa, the key by ec/,
  ],
  [
    "a reference to a token that is not there",
    ({ message }) => message.replace(/URI="#token-/, 'URI="#other-'),
    /^soap-security-token/,
  ],
  [
    "an entity in the place of the content",
    ({ message }) => `<!DOCTYPE a [<!ENTITY b "4712">]>${message.replace(/^<\?xml[^>]*>\s*/, "")}`,
    /DOCTYPE/,
  ],
];

for (const [name, attack, refusal] of attacks) {
  test(`refused: ${name}`, () => {
    const face = createFace(
      proofOf({ signature: signatureOf() }),
      proofOf({
        caller: "partner",
        signature: signatureOf({ certificates: identities.ec.certificate }),
      }),
    );
    const parts = partsOf(written(signing()));
    const attacked = attack(parts);
    assert.notEqual(attacked, parts.message, "the attack changes something");
    assert.match(outcome(face, attacked), refusal);
  });
}
