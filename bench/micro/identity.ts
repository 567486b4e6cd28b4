/**
 * What it costs to know who calls, in JavaScript alone, of a thousand callers in turn: by a key, by
 * a token that was verified before, by a password. `node bench/micro/identity.ts [--tiny]`
 */
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { defaultLimits } from "#base/limits.ts";
import { createLog } from "#base/log.ts";
import { nodePlatform } from "#base/platform.ts";
import { createReplayMemory, createReplayTable } from "#base/replay-table.ts";
import { createAuthorization } from "#gateway/authorization.ts";
import { createIdentity, type IdentifiedExchange, type Identity } from "#gateway/identity.ts";
import { fixtureConfiguration } from "#gateway/router-fixture.ts";
import { standardProofs } from "#app/standard-proofs.ts";
import { hash } from "node:crypto";
import { RequestHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";

export interface Measurement {
  readonly name: string;
  readonly credentialBytes: number;
  readonly nsPerRequest: number;
}

const people = 1_000;
const source = { file: "parlance.yaml", line: 1, column: 1 };

/** A request as the identity sees it: each time its values are new strings, as from a socket. */
function requestWith(line: string): IdentifiedExchange {
  const text =
    "GET /up/k1.json HTTP/1.1\r\nHost: api.example.org\r\nAccept: */*\r\n" +
    `User-Agent: bench/1.0\r\nAccept-Encoding: gzip\r\n${line}\r\n\r\n`;
  const bytes = Buffer.from(text, "latin1");
  const head = new RequestHead();
  if (parseRequestHead(head, bytes, 0, bytes.length, defaultLimits) <= 0) throw new Error(line);
  const request = {
    caller: { head },
    withheld: 0,
    field: (name: string) => head.field(name),
    get target() {
      return head.pathAndQuery;
    },
    certificate: undefined,
  };
  return request as unknown as IdentifiedExchange;
}

async function createTokens() {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "a" }] });
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const sign = (index: number): Promise<string> =>
    new SignJWT({
      ...{ iss: "https://issuer.example", aud: "bench", sub: `user-${index}`, exp },
      ...{ scope: "orders:read orders:write", email: `user-${index}@example.org` },
      ...{ jti: `${index}-0123456789abcdef`, roles: ["reader", "writer", "auditor"] },
      ...{ name: "Somebody With A Name", azp: "storefront", sid: "x".repeat(36) },
    })
      .setProtectedHeader({ alg: "ES256", kid: "a", typ: "at+jwt" })
      .sign(privateKey);
  const tokens = await Promise.all(Array.from({ length: people }, (_one, index) => sign(index)));
  return { jwks, tokens };
}

function createFixture(jwks: string): Identity {
  const issuer = {
    ...{ issuer: "https://issuer.example", audience: ["bench"], algorithms: ["ES256"] },
    ...{ jwksFile: "jwks.json", clockSkewMs: 0, cooldownMs: 30_000, staleMs: 0 },
  };
  const callers = Array.from({ length: people }, (_one, index) => ({
    name: `caller-${index}`,
    keysSha256: [hash("sha256", `key-of-caller-${index}-0123456789`)],
    may: ["*"],
    proofs: [
      {
        name: "basic",
        options: { username: `user-${index}`, password: { secret: `password ${index}` } },
        source,
      },
    ],
  }));
  const everybody = {
    name: "everybody",
    keysSha256: [],
    may: ["*"],
    proofs: [{ name: "token", options: { issuer: "main" }, source }],
  };
  const configuration = {
    ...fixtureConfiguration([], [...callers, everybody]),
    identity: {
      order: ["certificate", "signature", "token", "basic", "key"].filter(
        (name) => name === "key" || standardProofs.some((one) => one.name === name),
      ),
      key: {},
      options: { token: { issuers: { main: issuer } } },
    },
  };
  const files = { ...nodePlatform.files, read: () => Buffer.from(jwks) };
  const identity = createIdentity(configuration, createAuthorization(configuration), {
    kinds: standardProofs,
    platform: { ...nodePlatform, files },
    log: createLog(nodePlatform.clock.nowMs, () => undefined),
    replays: createReplayTable(createReplayMemory(64), nodePlatform.clock),
    kept: (_key, make) => make(),
  });
  if (identity === undefined) throw new Error("there is no identity");
  return identity;
}

export async function measure(rounds: number): Promise<readonly Measurement[]> {
  const { jwks, tokens } = await createTokens();
  const identity = createFixture(jwks);
  const basic = (index: number): string =>
    Buffer.from(`user-${index}:password ${index}`).toString("base64");
  const kinds = [
    ["key", (index: number) => `X-Api-Key: key-of-caller-${index}-0123456789`],
    ["token, verified before", (index: number) => `Authorization: Bearer ${tokens[index]}`],
    ["name and password", (index: number) => `Authorization: Basic ${basic(index)}`],
  ] as const;
  const measurements: Measurement[] = [];
  for (const [name, lineOf] of kinds) {
    const lines = Array.from({ length: people }, (_one, index) => lineOf(index));
    const requests = lines.map(requestWith);
    for (const request of requests) {
      const problem = identity.conclude(request, await identity.look(request));
      if (problem !== undefined) throw new Error(`${name}: ${problem.detail}`);
    }
    const run = (count: number): void => {
      for (let round = 0; round < count; round++) {
        for (const request of requests) {
          const found = identity.look(request);
          if (found instanceof Promise) throw new Error(`${name}: it waits`);
          identity.conclude(request, found);
        }
      }
    };
    run(rounds);
    const before = process.cpuUsage();
    run(rounds);
    const { user, system } = process.cpuUsage(before);
    const nsPerRequest = ((user + system) * 1_000) / (rounds * people);
    const credentialBytes = Math.round(lines.join("").length / people);
    measurements.push({ name, credentialBytes, nsPerRequest });
  }
  return measurements;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { tiny: { type: "boolean", default: false } } });
  for (let round = 0; round < (values.tiny ? 1 : 3); round++) {
    for (const measurement of await measure(values.tiny ? 2 : 1_000)) {
      console.log(JSON.stringify(measurement));
    }
  }
}
