/** What a gateway's log says of an issuer whose keys cannot be had, while old ones will do. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { runGateway, runService } from "#tests/e2e/running/run-gateway.ts";
import { audience, createTokenIssuer, issuerUrl } from "#tests/support/token-issuer.ts";

test("that keys cannot be had is told once, and that they can again", async (context) => {
  const issuer = await createTokenIssuer(context);
  let status = 200;
  const server = createServer((_request, answer) => {
    answer.writeHead(status, { "content-type": "application/json" });
    answer.end(JSON.stringify(issuer.jwks));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const service = await runService(context);
  const gateway = await runGateway(
    context,
    `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 1 }
ledger: off
services: { echo: { instances: ["${service.url}"] } }
identity:
  token:
    issuers:
      main:
        issuer: ${issuerUrl}
        audience: [${audience}]
        algorithms: [ES256]
        jwksUri: http://127.0.0.1:${port}/keys
        cooldownMs: 0
callers: { ann: { token: { issuer: main }, may: ["*"] } }
`,
  );
  const ask = async (header = {}) => {
    const token = await issuer.sign({}, header);
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${gateway.url}/echo/`, { headers })).status;
  };
  const events = () =>
    gateway.log.flatMap(({ event, level }) =>
      event.startsWith("issuer-") ? [[event, level]] : [],
    );
  assert.equal(await ask(), 200);
  status = 500;
  // A key that is not known is a reason to look for newer ones.
  for (let count = 0; count < 3; count++) assert.equal(await ask({ kid: "other" }), 401);
  const away = await gateway.seen("issuer-away");
  assert.match(
    away.message,
    /^the keys of issuer main cannot be had: http:.*: it answered with status 500; those that are known go on being used for 4\d\d\d s at most$/,
  );
  assert.equal(await ask(), 200);
  status = 200;
  assert.equal(await ask({ kid: "another" }), 401);
  await gateway.seen("issuer-back");
  assert.deepEqual(events(), [
    ["issuer-away", "warn"],
    ["issuer-back", "info"],
  ]);
});
