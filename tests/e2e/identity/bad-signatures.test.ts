/** HTTP Message Signatures that do not hold: replayed, late, confused, malformed, too many. */
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startProving } from "#tests/support/proving-service.ts";

const secret = Buffer.alloc(32, 9).toString("base64");
const covered = '("@method" "@authority" "@path" "@query")';
const nowS = (): number => Math.floor(Date.now() / 1_000);

interface Made {
  readonly keyId?: string;
  /** Behind `created` and `keyid`. */
  readonly more?: string;
  readonly created?: number | string;
  readonly components?: string;
  readonly by?: (base: string) => Buffer;
}

async function start(context: TestContext, options = {}) {
  const folder = temporaryFolder(context);
  const [billing, other] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
  const pem = (name: string, key: KeyObject): string => {
    const path = join(folder, `${name}.pem`);
    writeFileSync(path, key.export({ type: "spki", format: "pem" }));
    return path;
  };
  const billingPem = pem("billing", billing.publicKey);
  const proofOf = (keyId: string, publicKey: string) => ({
    signature: { keyId, algorithm: "ed25519", publicKey },
  });
  const service = await startProving(
    context,
    {
      billing: { ...proofOf("b1", billingPem), may: ["*"] },
      other: { ...proofOf("o1", pem("other", other.publicKey)), may: ["*"] },
      shared: {
        signature: { keyId: "s1", algorithm: "hmac-sha256", secret },
        may: ["*"],
      },
    },
    { signature: options },
  );
  const { host } = new URL(service.url);
  const by = (key: KeyObject) => (base: string) => sign(null, Buffer.from(base), key);
  /** Value of `Signature-Input` and of `Signature`, both without a label. */
  const make = (made: Made = {}) => {
    const { keyId = "b1", more = "", created = nowS(), components = covered } = made;
    const input = `${components};created=${created};keyid="${keyId}"${more}`;
    const base =
      `"@method": GET\n"@authority": ${host}\n"@path": /up/\n"@query": ?\n` +
      `"@signature-params": ${input}`;
    const bytes = (made.by ?? by(billing.privateKey))(base);
    return { input, signature: `:${bytes.toString("base64")}:` };
  };
  const send = async (...labelled: readonly (readonly [string, ReturnType<typeof make>])[]) => {
    const fields = {
      "signature-input": labelled.map(([label, { input }]) => `${label}=${input}`).join(", "),
      signature: labelled.map(([label, { signature }]) => `${label}=${signature}`).join(", "),
    };
    const { status, code, detail } = await service.ask(fields);
    return { status, told: status === 200 ? "passed" : String(code), detail };
  };
  const ask = async (made: Made = {}) => (await send(["sig", make(made)])).told;
  return { askRaw: service.ask, billingPem, make, send, ask, byOther: by(other.privateKey) };
}

test("a nonce counts once, however often its signature comes", async (context) => {
  const { make, send } = await start(context);
  const once = make({ more: ';nonce="abc"' });
  const told = await Promise.all(Array.from({ length: 10 }, () => send(["sig", once])));
  const count = (wanted: string): number => told.filter((one) => one.told === wanted).length;
  assert.deepEqual([count("passed"), count("signature-replayed")], [1, 9]);
  assert.equal((await send(["other-label", once])).told, "signature-replayed");
  assert.equal((await send(["sig", make({ more: ';nonce="abd"' })])).told, "passed");
});

test("a signature that does not hold uses up no nonce", async (context) => {
  const { ask, byOther } = await start(context);
  assert.equal(await ask({ more: ';nonce="n"', by: byOther }), "signature-wrong");
  assert.equal(await ask({ more: ';nonce="n"' }), "passed");
});

test("where a nonce is required, one without is refused", async (context) => {
  const { ask } = await start(context, { nonce: true });
  assert.equal(await ask(), "signature-incomplete");
  assert.equal(await ask({ more: ';nonce="n"' }), "passed");
});

test("clocks may differ as far as is configured, and no further", async (context) => {
  const { ask } = await start(context, { ageMsMax: 10_000, clockSkewMs: 5_000 });
  assert.equal(await ask({ created: nowS() + 3 }), "passed");
  assert.equal(await ask({ created: nowS() + 30 }), "signature-not-yet-valid");
  assert.equal(await ask({ created: nowS() - 12 }), "passed");
  assert.equal(await ask({ created: nowS() - 30 }), "signature-expired");
  assert.equal(await ask({ more: `;expires=${nowS() - 2}` }), "passed");
  assert.equal(await ask({ more: `;expires=${nowS() - 20}` }), "signature-expired");
});

test("times that are none are refused", async (context) => {
  const { ask } = await start(context);
  assert.equal(await ask({ created: '"now"' }), "signature-incomplete");
  assert.equal(await ask({ more: ';expires="never"' }), "signature-malformed");
});

test("keys are not confused: neither by `alg`, nor a public key as a secret", async (context) => {
  const { ask, billingPem } = await start(context);
  assert.equal(await ask({ more: ';alg="hmac-sha256"' }), "signature-wrong");
  assert.equal(await ask({ more: ';alg="none"' }), "signature-wrong");
  const mac = (base: string): Buffer => createHmac("sha256", billingPem).update(base).digest();
  assert.equal(await ask({ by: mac }), "signature-wrong");
  assert.equal(await ask({ by: () => Buffer.alloc(0) }), "signature-wrong");
  const shared = (base: string): Buffer =>
    createHmac("sha256", Buffer.from(secret, "base64")).update(base).digest();
  assert.equal(await ask({ keyId: "s1", by: shared }), "passed");
  assert.equal(await ask({ keyId: "b1", by: shared }), "signature-wrong");
});

test("key ids that nobody knows are turned away, hundreds of them, and then it goes on", async (context) => {
  const { ask } = await start(context);
  const told = await Promise.all(
    Array.from({ length: 300 }, (_, index) => ask({ keyId: `unknown-${index}` })),
  );
  assert.ok(told.every((one) => one === "caller-unknown"));
  assert.equal(await ask(), "passed");
});

test("signatures of two callers conflict, of one they do not", async (context) => {
  const { make, send, byOther } = await start(context);
  const [one, two] = [make(), make({ keyId: "o1", by: byOther })];
  const both = await send(["one", one], ["two", two]);
  assert.equal(both.told, "signature-wrong");
  assert.match(both.detail ?? "", /signatures of billing and of other; expected one/);
  assert.equal((await send(["one", one], ["again", make()])).told, "passed");
  // One that is for somebody further on.
  assert.equal((await send(["one", one], ["x", make({ keyId: "else" })])).told, "passed");
});

test("what is no dictionary, or hides one signature behind another, is refused", async (context) => {
  const { make, send, askRaw } = await start(context);
  const good = make();
  const twice = await send(["sig", make({ by: () => Buffer.alloc(64) })], ["sig", good]);
  assert.equal(twice.told, "signature-malformed");
  const many = Array.from({ length: 9 }, (_, index) => [`s${index}`, good] as const);
  assert.equal((await send(...many)).told, "signature-malformed");
  const cases: readonly (readonly [string, string])[] = [
    ['sig=("@method"', good.signature],
    [`sig=${good.input},`, `sig=${good.signature}`],
    [`sig=${good.input}`, "sig=abc"],
    [`sig=${good.input}`, ""],
    [`sig=${good.input}`, "sig=:not base64:"],
    [`sig=${"(".repeat(2_000)}`, `sig=${good.signature}`],
    [`sig=(${'"@method" '.repeat(200)});created=1;keyid="b1"`, `sig=${good.signature}`],
  ];
  for (const [input, signature] of cases) {
    const { status, code } = await askRaw({ "signature-input": input, signature });
    assert.deepEqual([status, code], [401, "signature-malformed"], input.slice(0, 60));
  }
});

test("components that are not there, or come twice, cover nothing", async (context) => {
  const { ask } = await start(context);
  const withMore = (more: string): Made => ({ components: covered.replace(")", ` ${more})`) });
  assert.equal(await ask(withMore('"x-missing"')), "signature-incomplete");
  assert.equal(await ask(withMore('"@method"')), "signature-incomplete");
  assert.equal(await ask(withMore('"@status"')), "signature-incomplete");
  assert.equal(await ask(withMore('"@method";req')), "signature-incomplete");
  assert.equal(await ask({ components: '("@method")' }), "signature-incomplete");
  assert.equal(await ask({ components: "()" }), "signature-incomplete");
});
