import assert from "node:assert/strict";
import test from "node:test";
import { answerTo, envelope, post } from "#protocols/soap/message-fixture.ts";
import { billingNamespace } from "#protocols/soap/billing-fixture.ts";
import { createSoapFace } from "#protocols/soap/face.ts";
import { securityNamespace } from "#protocols/soap/versions.ts";
import {
  createFace,
  naming,
  outcome,
  password,
  proofOf,
  proven,
  service,
  time,
  written,
} from "./security-fixture.ts";

const byPassword = proofOf({ password });

test("a digest is let in once, within its time", () => {
  const face = createFace(byPassword);
  const body = written(naming(true));
  assert.equal(outcome(face, body), proven);
  assert.match(outcome(face, body), /^soap-security: the wsse:Nonce was received before/);
  const late = written(naming(true));
  time.nowMs += 361_000;
  assert.match(outcome(face, late), /^soap-security-expired: .*\(ageMsMax\)/);
  const early = written(naming(true));
  time.nowMs -= 61_000;
  assert.match(outcome(face, early), /^soap-security: .*\(skewMs\)/);
});

test("a digest needs no TLS; text does, unless it is said otherwise", () => {
  const plain = { scheme: "http" } as const;
  assert.equal(outcome(createFace(byPassword), written(naming(true)), plain), proven);
  const text = written(naming(false));
  assert.equal(outcome(createFace(byPassword), text), proven);
  assert.match(outcome(createFace(byPassword), text, plain), /^soap-security-auth.*expected TLS/);
  const careless = proofOf({ password: { ...password, withoutTls: true } });
  assert.equal(outcome(createFace(careless), text, plain), proven);
  const careful = proofOf({ password: { ...password, digest: true } });
  assert.match(outcome(createFace(careful), text), /came as text; expected its digest/);
});

test("other spellings of a nonce are the same nonce", () => {
  const face = createFace(byPassword);
  const body = written(naming(true));
  assert.equal(outcome(face, body), proven);
  const other = body.replace(/(<wsse:Nonce [^>]*>)/, "$1 ");
  assert.notEqual(other, body);
  assert.match(outcome(face, other), /received before/);
});

test("a wrong password and an unknown user get the same answer", () => {
  for (const digest of [false, true]) {
    const face = createFace(byPassword);
    const wrong = outcome(face, written(naming(digest, { password: "x" })));
    assert.equal(wrong, "soap-security-authentication: the user or the password is wrong");
    assert.equal(outcome(face, written(naming(digest, { username: "nobody" }))), wrong);
  }
});

test("a message whose Timestamp is over is refused, though the token is good", () => {
  const body = written(naming(false));
  const until = (ms: number) => {
    const [created, expires] = [time.nowMs - 200_000, ms].map((at) => new Date(at).toISOString());
    const times = `<wsu:Created>${created}</wsu:Created><wsu:Expires>${expires}</wsu:Expires>`;
    return body.replace("<wsse:UsernameToken", `<wsu:Timestamp>${times}</wsu:Timestamp>$&`);
  };
  const face = createFace(byPassword);
  assert.equal(outcome(face, until(time.nowMs - 59_000)), proven);
  assert.match(outcome(face, until(time.nowMs - 61_000)), /^soap-security-expired/);
  assert.match(outcome(face, until(time.nowMs - 200_000)), /Expires is not behind/);
});

const get = `<getInvoice xmlns="${billingNamespace}"><id>1</id></getInvoice>`;
const security = (content: string, attributes = "") =>
  `<w:Security xmlns:w="${securityNamespace}" ${attributes}>${content}</w:Security>`;

const bad: readonly (readonly [string, string, RegExp])[] = [
  ["no header at all", "", /^soap-security-authentication: neither a key was sent nor/],
  ["an empty header", security(""), /^soap-security-auth.*neither wsse:UsernameToken nor ds:Sig/],
  [
    "a header for another",
    security("", `xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:actor="urn:other"`),
    /neither a key was sent/,
  ],
  [
    "a token without a password",
    security("<w:UsernameToken><w:Username>a</w:Username></w:UsernameToken>"),
    /Password is missing/,
  ],
  [
    "two names in a token",
    security(`<w:UsernameToken>${"<w:Username>a</w:Username>".repeat(2)}</w:UsernameToken>`),
    /<Username> may not stand .* twice/,
  ],
  ["two headers", security("").repeat(2), /^soap-security: two headers/],
  [
    "an encrypted key",
    security(`<e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"/>`),
    /<EncryptedKey> .* not understood/,
  ],
];
for (const [name, headers, pattern] of bad) {
  test(`${name} is refused, before the body is looked at`, () => {
    assert.match(outcome(createFace(byPassword), envelope("<nonsense/>", headers)), pattern);
  });
}

test("where a message need not prove anything, it may", () => {
  const optional = { proof: "optional" } as const;
  assert.match(outcome(createFace(byPassword), envelope(get), optional), /^nobody getInvoice/);
  assert.equal(outcome(createFace(byPassword), written(naming(true)), optional), proven);
  const wrong = written(naming(true, { password: "x" }));
  assert.match(outcome(createFace(byPassword), wrong, optional), /password is wrong/);
});

test("where nobody asks for a proof, a header that must be understood is not", () => {
  for (const face of [createSoapFace(service), createFace(byPassword)]) {
    const decoded = face.decode(post(written(naming(true))));
    assert.equal(decoded.kind === "fault" && decoded.fault.code, "soap-must-understand");
  }
});

test("callers are told in the codes of WS-Security and the version of SOAP that they speak", () => {
  const face = createFace(byPassword);
  const request11 = { ...post(envelope(get)), proof: "required" } as const;
  const told11 = answerTo(face, face.decode(request11));
  assert.equal(told11.status, 500);
  assert.match(
    told11.body.toString(),
    /<faultcode xmlns:wsse="[^"]+secext-1.0.xsd">wsse:FailedAuth/,
  );
  assert.ok(told11.fields.some(([name, value]) => name === "parlance-fault" && value === "client"));
  const soap12 = "http://www.w3.org/2003/05/soap-envelope";
  const body = envelope(get, security("").repeat(2), soap12);
  const request12 = { ...post(body, "application/soap+xml"), proof: "required" } as const;
  const told12 = answerTo(face, face.decode(request12));
  assert.equal(told12.status, 400);
  assert.match(
    told12.body.toString(),
    /soap:Sender<\/soap:Value><soap:Subcode><soap:Value [^>]+>wsse:InvalidSecurity/,
  );
});
