/** What keeps a request to a face over all services from being read is told in its own dialect. */
import assert from "node:assert/strict";
import test from "node:test";
import { startShop } from "#tests/e2e/mcp/shop.ts";

const callers = `callers:
  buyer: { key: key-of-the-buyer-0001, may: ["shop.*"] }
limits: { documentBytesMax: 2000 }
listen: { trustedProxies: ["127.0.0.1"] }
policies:
  - ip-filter: { deny: ["192.0.2.0/24"] }`;

interface Told {
  readonly code: unknown;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Dialect {
  readonly body: string;
  /** What a failure is, in a body of this dialect. */
  readonly read: (body: never) => Told;
  /** By kind of fault. */
  readonly codes: Readonly<Record<string, unknown>>;
}

const rpc: Omit<Dialect, "body"> = {
  read: ({ error, id, jsonrpc }: { error: Told; id: unknown; jsonrpc: unknown }) => {
    assert.deepEqual([jsonrpc, id], ["2.0", null]);
    return error;
  },
  codes: { unauthenticated: -32016, permission_denied: -32007, resource_exhausted: -32008 },
};

const dialects: Readonly<Record<string, Dialect>> = {
  "/graphql": {
    body: '{"query":"{ shop_getOrder(id: \\"7\\") { id } }"}',
    read({ errors }: { errors: { message: string; extensions: Record<string, unknown> }[] }) {
      const { message = "", extensions: { code, problem, ...more } = {} } = errors[0] ?? {};
      return { code, message, data: { ...more, code: problem } };
    },
    codes: {
      unauthenticated: "UNAUTHENTICATED",
      permission_denied: "FORBIDDEN",
      resource_exhausted: "RESOURCE_EXHAUSTED",
    },
  },
  "/rpc": { ...rpc, body: '{"jsonrpc":"2.0","id":1,"method":"shop.getOrder","params":["7"]}' },
  "/mcp": {
    ...rpc,
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shop.getOrder","arguments":{"id":"7"}}}',
  },
};

for (const [path, { body, read, codes }] of Object.entries(dialects)) {
  test(`${path}: strangers, refused addresses and too much are errors of the dialect`, async (context) => {
    const { gateway, service } = await startShop(context, { callers });
    const ask = (sent: string, headers: Record<string, string>): Promise<Response> =>
      fetch(gateway.url + path, {
        ...{ method: "POST", body: sent },
        headers: {
          ...{ "content-type": "application/json" },
          ...{ accept: "application/json, text/event-stream", ...headers },
        },
      });
    const known = { "x-api-key": "key-of-the-buyer-0001" };
    const refused = async (
      response: Response,
      status: number,
      code: string,
      kind: string,
      blame: string,
    ): Promise<Told> => {
      assert.equal(response.status, status);
      assert.equal(response.headers.get("parlance-fault"), blame);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
      const told = read((await response.json()) as never);
      assert.equal(told.code, codes[kind]);
      const exchange = response.headers.get("parlance-exchange");
      assert.deepEqual(told.data, { code, kind, fault: blame, exchange });
      return told;
    };

    const stranger = await ask(body, {});
    assert.match(stranger.headers.get("www-authenticate") ?? "", /^Bearer/);
    await refused(stranger, 401, "caller-unknown", "unauthenticated", "client");

    const large = await ask(body.replace("7", "7".repeat(3_000)), known);
    const told = await refused(large, 413, "body-too-large", "resource_exhausted", "client");
    assert.match(told.message, /documentBytesMax/);
    assert.equal(service.requests.length, 0);

    assert.equal((await ask(body, known)).headers.get("parlance-fault"), null);
    const elsewhere = await ask(body, { ...known, "x-forwarded-for": "192.0.2.1" });
    await refused(elsewhere, 403, "address-not-allowed", "permission_denied", "policy");
  });

  test(`${path}: an answer with status 200 that tells a failure says who broke it`, async (context) => {
    const { gateway } = await startShop(context);
    const response = await fetch(gateway.url + path, {
      ...{ method: "POST", body: body.replace("7", "404") },
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("parlance-fault"), "client");
  });
}
