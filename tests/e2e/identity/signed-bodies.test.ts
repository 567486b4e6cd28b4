/** Bodies whose digest was signed, on connections to instances that turn out stale. */
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createSigner, httpbis } from "http-message-signatures";
import { caller, eventually, ok, rawService, stand } from "#tests/e2e/wire/stand.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { finals } from "#tests/support/raw-http.ts";

test("a signed PUT whose body comes behind its head is sent again with it", async (context) => {
  const file = join(temporaryFolder(context), "billing.pem");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(file, publicKey.export({ type: "spki", format: "pem" }));
  const key = createSigner(privateKey.export({ type: "pkcs8", format: "pem" }), "ed25519", "b1");
  const headOf = async (method: string, body: string): Promise<string> => {
    const digest = createHash("sha256").update(body).digest("base64");
    const headers = { "content-digest": `sha-256=:${digest}:` };
    const fields = ["@method", "@authority", "@path", "@query", "content-digest"];
    const params = ["created", "keyid", "alg"];
    const message = { method, url: new URL("http://gateway/up/"), headers };
    const signed = await httpbis.signMessage({ key, fields, params }, message);
    const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = `Content-Length: ${body.length}\r\n`;
    return `${method} /up/ HTTP/1.1\r\nHost: gateway\r\n${length}${lines.join("")}\r\n`;
  };
  const seen: string[] = [];
  const upstream = await rawService(context, (socket, index) => {
    seen[index] = "";
    socket.on("data", (chunk: Buffer) => {
      const all = (seen[index] += chunk.toString("latin1"));
      const isWhole = all.endsWith("\r\n\r\nbody");
      if (index === 0 && isWhole) socket.destroy();
      else if (isWhole || !all.includes("PUT")) socket.write(ok("x"));
    });
  });
  const signature = { keyId: "b1", algorithm: "ed25519", publicKey: file };
  const callers = { billing: { signature, may: ["*"] } };
  const { port } = await stand(context, upstream.port, { configuration: { callers } });
  const connection = await caller(context, port);
  await connection.send(await headOf("GET", ""));
  await connection.wait((result) => finals(result) === 1);
  await connection.send(await headOf("PUT", "body"));
  assert.ok(await eventually(() => seen[0]?.includes("PUT") === true));
  await connection.send("body");
  const { responses } = await connection.wait((result) => finals(result) === 2);
  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200],
  );
});
