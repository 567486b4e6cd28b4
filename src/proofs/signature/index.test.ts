import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createSigner, httpbis } from "http-message-signatures";
import { startProving } from "#tests/support/proving-service.ts";

const covered = ["@method", "@authority", "@path", "@query"];

async function start(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const file = join(folder, "billing.pem");
  writeFileSync(file, publicKey.export({ type: "spki", format: "pem" }));
  const service = await startProving(context, {
    billing: { signature: { keyId: "b1", algorithm: "ed25519", publicKey: file }, may: ["*"] },
  });
  const key = createSigner(privateKey.export({ type: "pkcs8", format: "pem" }), "ed25519", "b1");
  const send = async (
    signed: { readonly body?: string; readonly fields?: string[]; readonly created?: Date } = {},
    sentBody = signed.body,
    path = "x?y=1",
  ) => {
    const { body, fields = covered, created = new Date() } = signed;
    const method = body === undefined ? "GET" : "POST";
    const digest = createHash("sha256")
      .update(body ?? "")
      .digest("base64");
    const headers: Record<string, string> =
      body === undefined ? {} : { "content-digest": `sha-256=:${digest}:` };
    const request = await httpbis.signMessage(
      { key, fields, paramValues: { created }, params: ["created", "keyid", "alg"] },
      { method, url: new URL(`${service.url}x?y=1`), headers },
    );
    const answer = await fetch(service.url + path, {
      method,
      headers: request.headers,
      ...(sentBody === undefined ? {} : { body: sentBody }),
    });
    const text = await answer.text();
    return answer.ok ? "passed" : (JSON.parse(text) as { readonly code: string }).code;
  };
  return { send };
}

test("a request signed by an implementation that is not ours tells who calls", async (context) => {
  const { send } = await start(context);
  assert.equal(await send(), "passed");
  const body = "{}".padEnd(400_000);
  const fields = [...covered, "content-digest"];
  assert.equal(await send({ body: "{}", fields }), "passed");
  assert.equal(await send({ body, fields }), "passed");
});

test("what is not as it was signed is refused", async (context) => {
  const { send } = await start(context);
  const fields = [...covered, "content-digest"];
  assert.equal(await send({}, undefined, "x?y=2"), "signature-wrong");
  assert.equal(await send({ fields: ["@method"] }), "signature-incomplete");
  assert.equal(await send({ body: "{}" }), "signature-incomplete");
  assert.equal(await send({ body: "{}", fields }, "[]"), "digest-wrong");
  const created = new Date(Date.now() - 3_600_000);
  assert.equal(await send({ created }), "signature-expired");
  const later = new Date(Date.now() + 3_600_000);
  assert.equal(await send({ created: later }), "signature-not-yet-valid");
});
