/**
 * The test vectors of RFC 9421 appendix B.2 for requests: each signature verifies, and those of
 * deterministic algorithms are made again to the bit. B.2.4 is about an answer, which we do not do.
 */
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { verifySignature, type SignatureAlgorithm } from "./algorithms.ts";
import { signatureBase, type SignedMessage } from "./signature-base.ts";
import { signRequest } from "./sign-request.ts";
import { parseDictionary } from "./structured-fields.ts";

const fields: Readonly<Record<string, string>> = {
  date: "Tue, 20 Apr 2021 02:07:55 GMT",
  "content-type": "application/json",
  "content-digest":
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWX" +
    "vJwew==:",
  "content-length": "18",
};
const message: SignedMessage = {
  method: "POST",
  scheme: "https",
  authority: "example.com",
  target: "/foo?param=Value&Pet=dog",
  field: (name) => fields[name],
};

const rsaPss = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`);
const edwards = createPrivateKey(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`);
const secret = createSecretKey(
  Buffer.from(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
    "base64",
  ),
);

interface Vector {
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
  readonly input: string;
  readonly signature: string;
}

const pss = { algorithm: "rsa-pss-sha512", key: rsaPss } as const;
const vectors: Readonly<Record<string, Vector>> = {
  "B.2.1": {
    ...pss,
    input: '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    signature:
      "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRx" +
      "f8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2" +
      "VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5Tm" +
      "cAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
  },
  "B.2.2": {
    ...pss,
    input:
      '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;' +
      'keyid="test-key-rsa-pss";tag="header-example"',
    signature:
      "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5" +
      "qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SAR" +
      "YhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5" +
      "rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
  },
  "B.2.3": {
    ...pss,
    input:
      '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" ' +
      '"content-length");created=1618884473;keyid="test-key-rsa-pss"',
    signature:
      "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpR" +
      "RU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1p" +
      "Fkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH" +
      "8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
  },
  "B.2.5": {
    algorithm: "hmac-sha256",
    key: secret,
    input: '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    signature: "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
  },
  "B.2.6": {
    algorithm: "ed25519",
    key: edwards,
    input:
      '("date" "@method" "@path" "@authority" "content-type" "content-length");' +
      'created=1618884473;keyid="test-key-ed25519"',
    signature:
      "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
  },
};

for (const [section, { algorithm, key, input, signature }] of Object.entries(vectors)) {
  test(`the signature of RFC 9421 ${section} verifies, and not for another request`, () => {
    const covered = parseDictionary(`sig=${input}`)?.get("sig");
    assert.equal(covered?.kind, "list");
    const base = signatureBase(message, covered);
    assert.equal(base.kind, "base");
    const isRight = (text: string): boolean => {
      const data = Buffer.from(text);
      const verifying = key.type === "private" ? createPublicKey(key) : key;
      return verifySignature(algorithm, verifying, data, Buffer.from(signature, "base64"));
    };
    assert.equal(isRight(base.text), true);
    assert.equal(isRight(base.text.replace("1618884473", "1618884474")), false);
  });
}

for (const section of ["B.2.5", "B.2.6"]) {
  test(`the signature of RFC 9421 ${section} is made again to the bit`, () => {
    const { algorithm, key, input, signature } = vectors[section] as Vector;
    const [, keyid = ""] = /keyid="([^"]+)"/.exec(input) ?? [];
    const made = signRequest(message, {
      label: "sig",
      components: [...input.matchAll(/"([^"]+)"(?=[ )])/g)].map(([, name = ""]) => name),
      parameters: { created: 1_618_884_473, keyid },
      algorithm,
      key,
    });
    const expected = { signatureInput: `sig=${input}`, signature: `sig=:${signature}:` };
    assert.deepEqual(made, { kind: "signature", ...expected });
  });
}
