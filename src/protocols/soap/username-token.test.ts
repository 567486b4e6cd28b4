import assert from "node:assert/strict";
import test from "node:test";
import { billing, billingNamespace, operationNamed } from "./billing-fixture.ts";
import { createSoapFace } from "./face.ts";
import { envelope, post } from "./message-fixture.ts";
import { createSoapUpstream } from "./upstream.ts";
import { securityNamespace } from "./versions.ts";
import { createUsernameTokenVerifier, type UsernameTokenSender } from "./username-token.ts";

const service = { serviceName: "billing", contract: billing };
const call = { operation: operationNamed(billing, "getInvoice"), input: { id: "1" }, headers: {} };
let nowMs = Date.parse("2026-11-25T10:00:00Z");
let count = 0;
const clock = { nowMs: () => nowMs, monotonicMs: () => 0 };
const random = { bytes: (size: number) => Buffer.alloc(size, (count += 1)) };

function senderOf(more: Partial<UsernameTokenSender> = {}): UsernameTokenSender {
  return { username: "storefront", password: "p<w", style: "digest", clock, random, ...more };
}

function send(security: UsernameTokenSender): Buffer {
  const request = createSoapUpstream(service, { security }).encode(call);
  assert.ok(request.kind === "request");
  return request.body;
}

function createFace(allowText: boolean) {
  const passwordOf = (name: string) => (name === "storefront" ? "p<w" : undefined);
  const rules = { passwordOf, clock, allowText, windowMs: 60_000, noncesMax: 3 };
  return createSoapFace(service, { security: createUsernameTokenVerifier(rules) });
}

function outcome(face: ReturnType<typeof createFace>, body: Buffer | string): string {
  const decoded = face.decode(post(body));
  if (decoded.kind !== "fault") return decoded.kind;
  assert.deepEqual(
    [decoded.fault.faultKind, decoded.fault.blame, decoded.fault.code],
    ["unauthenticated", "client", "soap-security"],
  );
  return decoded.fault.message;
}

test("a digest is let in once, within its window", () => {
  const face = createFace(false);
  const body = send(senderOf());
  assert.equal(outcome(face, body), "call");
  assert.match(outcome(face, body), /Nonce was used before/);
  const late = send(senderOf());
  nowMs += 61_000;
  assert.match(outcome(face, late), /windowMs/);
});

test("other spellings of a nonce are the same nonce", () => {
  const face = createFace(false);
  const body = send(senderOf()).toString();
  assert.equal(outcome(face, body), "call");
  assert.match(outcome(face, body.replace(/(<wsse:Nonce [^>]*>)/, "$1 ")), /used before/);
});

test("nonces are refused rather than forgotten, and forgotten when their time is over", () => {
  const face = createFace(false);
  for (let index = 0; index < 3; index += 1) assert.equal(outcome(face, send(senderOf())), "call");
  assert.match(outcome(face, send(senderOf())), /noncesMax/);
  nowMs += 121_000;
  assert.equal(outcome(face, send(senderOf())), "call");
});

test("a wrong password and an unknown user get the same answer", () => {
  const face = createFace(true);
  for (const style of ["text", "digest"] as const) {
    const wrong = outcome(face, send(senderOf({ style, password: "x" })));
    assert.equal(wrong, "the user or the password is wrong");
    assert.equal(outcome(face, send(senderOf({ style, username: "nobody" }))), wrong);
  }
});

test("passwords as text are taken where they are allowed only", () => {
  const body = send(senderOf({ style: "text" }));
  assert.equal(outcome(createFace(true), body), "call");
  assert.match(outcome(createFace(false), body), /expected a digest/);
});

const get = `<getInvoice xmlns="${billingNamespace}"><id>1</id></getInvoice>`;
const security = (content: string) =>
  `<w:Security xmlns:w="${securityNamespace}">${content}</w:Security>`;

const bad: readonly (readonly [string, string, RegExp])[] = [
  ["no header at all", "", /Security is missing/],
  ["an empty header", security(""), /UsernameToken is missing/],
  [
    "a signature alone",
    security("<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"),
    /not understood/,
  ],
  [
    "a token without a password",
    security("<w:UsernameToken><w:Username>a</w:Username></w:UsernameToken>"),
    /Password is missing/,
  ],
  ["two headers", security("").repeat(2), /two headers/],
];
for (const [name, headers, pattern] of bad) {
  test(`${name} is refused`, () => {
    assert.match(outcome(createFace(true), envelope(get, headers)), pattern);
  });
}

test("a message whose Timestamp has expired is refused", () => {
  const body = send(senderOf({ style: "text" })).toString();
  const until = (ms: number) =>
    body.replace(
      "<wsse:UsernameToken>",
      `<wsu:Timestamp><wsu:Expires>${new Date(ms).toISOString()}</wsu:Expires></wsu:Timestamp>$&`,
    );
  assert.equal(outcome(createFace(true), until(nowMs + 1)), "call");
  assert.match(outcome(createFace(true), until(nowMs)), /Expires is over/);
});

test("without rules a Security header that must be understood is not", () => {
  const decoded = createSoapFace(service).decode(post(send(senderOf())));
  assert.equal(decoded.kind === "fault" && decoded.fault.code, "soap-must-understand");
});
