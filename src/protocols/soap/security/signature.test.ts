import assert from "node:assert/strict";
import test from "node:test";
import { singleBitFlips } from "#tests/support/flip-bits.ts";
import {
  createFace,
  identities,
  naming,
  outcome,
  password,
  proofOf,
  proven,
  signatureOf,
  signing,
  time,
  written,
} from "./security-fixture.ts";

const bySignature = proofOf({ signature: signatureOf() });

test("a message signed with the caller's key is the caller's, by RSA and by ECDSA", () => {
  for (const identity of [identities.rsa, identities.ec]) {
    const face = createFace(
      proofOf({ signature: signatureOf({ certificates: identity.certificate }) }),
    );
    const body = written(signing(identity));
    assert.equal(outcome(face, body), proven);
    assert.equal(outcome(face, written(signing(identity)), { scheme: "http" }), proven);
  }
});

test("the certificate decides among callers, and one of several may be a caller's", () => {
  const both = `${identities.stranger.certificate}${identities.ec.certificate}`;
  const face = createFace(
    bySignature,
    proofOf({ caller: "partner", signature: signatureOf({ certificates: both }) }),
  );
  assert.equal(outcome(face, written(signing())), proven);
  assert.match(outcome(face, written(signing(identities.ec))), /^partner getInvoice/);
  assert.match(outcome(face, written(signing(identities.stranger))), /^partner getInvoice/);
});

test("a certificate of an authority is a caller's by its name", () => {
  const named = (name: string) =>
    createFace(
      proofOf({
        signature: signatureOf({
          certificates: undefined,
          authorities: identities.authority.certificate,
          name,
        }),
      }),
    );
  for (const name of ["branch", "branch.example.org", "branch@example.org"]) {
    assert.equal(outcome(named(name), written(signing(identities.branch))), proven, name);
  }
  const refused = /^soap-security-authentication: the certificate is no caller's/;
  for (const name of ["other", "example.org", "*.example.org", ""]) {
    assert.match(outcome(named(name), written(signing(identities.branch))), refused, name);
  }
  assert.match(outcome(named("stranger"), written(signing(identities.stranger))), refused);
  time.nowMs += 3 * 86_400_000;
  assert.match(outcome(named("branch"), written(signing(identities.branch))), refused, "expired");
  time.nowMs -= 3 * 86_400_000;
});

test("what is not a caller's, not fresh or not new is refused", () => {
  const face = createFace(bySignature);
  assert.match(
    outcome(face, written(signing(identities.stranger))),
    /^soap-security-authentication/,
  );
  const body = written(signing());
  assert.equal(outcome(face, body), proven);
  assert.match(outcome(face, body), /^soap-security: the message was received before/);
  assert.match(
    outcome(face, body.replace(/token-(?=[0-9a-f]{24})/g, "other-")),
    /^soap-security: the message was received before/,
    "what is not signed makes no other message",
  );
  const late = written(signing());
  time.nowMs += 361_000;
  assert.match(outcome(face, late), /^soap-security-expired/);
  const early = written(signing());
  time.nowMs -= 61_000;
  assert.match(outcome(face, early), /^soap-security: wsu:Created is further ahead/);
  time.nowMs -= 300_000;
});

test("what has to be signed is, or the message is refused", () => {
  const only = (...parts: ("body" | "timestamp")[]) => {
    const { signature, ...rest } = signing();
    assert.ok(signature !== undefined);
    return written({ ...rest, signature: { ...signature, parts } });
  };
  const face = createFace(bySignature);
  assert.match(outcome(face, only("body")), /^soap-security-check: wsu:Timestamp is missing/);
  assert.match(outcome(face, only("timestamp")), /^soap-security-check: the Body is not signed/);
  const withHeader = written(signing(), { Session: "s-1" });
  assert.match(outcome(face, withHeader), /header block Session is not signed/);
  const relaxed = signatureOf({ signed: ["body", "timestamp"] });
  const lenient = createFace(proofOf({ signature: relaxed }));
  assert.match(outcome(lenient, withHeader), /^erp getInvoice .*\{"Session":"s-1"\}/);
  const addressing = `<a:To xmlns:a="http://www.w3.org/2005/08/addressing">urn:x</a:To>`;
  const addressed = written(signing()).replace("</soap:Header>", `${addressing}$&`);
  assert.equal(outcome(lenient, addressed), proven);
  const strict = createFace(
    proofOf({ signature: signatureOf({ signed: ["body", "addressing"] }) }),
  );
  assert.match(outcome(strict, addressed), /header block To is not signed/);
});

test("signature and password together prove who calls, and neither alone", () => {
  const face = createFace(proofOf({ signature: signatureOf(), password }));
  const both = (more: object = {}) =>
    written({ ...signing(), usernameToken: { ...password, digest: true, ...more } });
  assert.equal(outcome(face, both()), proven);
  assert.match(outcome(face, both({ password: "x" })), /password is wrong/);
  assert.match(outcome(face, written(signing())), /^soap-security-authentication/);
  assert.match(outcome(face, written(naming(true))), /^soap-security-authentication/);
  const other = createFace(bySignature);
  assert.match(outcome(other, both()), /together with the user is no caller's/);
});

/** What the signature does not cover, and what changes nothing: flipped bits there may pass. */
const harmless = [
  /encoding="(UTF-8)"/,
  /soap(:mustUnderstand="1)"/,
  /BinarySecurityToken (EncodingType)/,
  /wsse:Reference URI="[^"]+" (ValueType)/,
  // Declared around it as well.
  /SignedInfo xmlns:(ds)=/,
];

test("no flipped bit makes another call, or another caller", () => {
  const text = written(signing(identities.ec));
  const ranges = harmless.map((pattern) => {
    const { index, 0: whole, 1: part = "" } = pattern.exec(text) as RegExpExecArray;
    const from = index + whole.indexOf(part);
    return [from, from + part.length] as const;
  });
  const proof = proofOf({ signature: signatureOf({ certificates: identities.ec.certificate }) });
  let bit = -1;
  for (const damaged of singleBitFlips(Buffer.from(text))) {
    bit += 1;
    const told = outcome(createFace(proof), damaged);
    if (told !== proven) {
      assert.doesNotMatch(told, /^(erp|nobody) /, damaged.toString());
      continue;
    }
    const at = bit >> 3;
    const isHarmless = ranges.some(([from, to]) => from <= at && at < to);
    assert.ok(isHarmless, `${text.slice(at - 20, at)}[${damaged.toString()[at]}]`);
  }
  assert.equal(bit + 1, text.length * 8);
});
