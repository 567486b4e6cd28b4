import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import { test } from "node:test";
import { startProving } from "#tests/support/proving-service.ts";
import { basic } from "./index.ts";

function of(username: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

function hashOf(password: string): string {
  const salt = Buffer.from("salt of this test");
  const digest = scryptSync(password, salt, 32, { N: 1_024, r: 8, p: 1 });
  return `scrypt$1024$8$1$${salt.toString("base64")}$${digest.toString("base64")}`;
}

const callers = {
  reports: { basic: { username: "reports", password: "p:w schön" }, may: ["*"] },
  batch: { basic: { username: "batch", password: hashOf("batch's own") }, may: ["*"] },
  shop: { key: "key-of-shop-0123456789", may: ["*"] },
};

test("name and password tell who calls, as text or against a hash, and stay here", async (context) => {
  const { ask, got } = await startProving(context, callers);
  for (let count = 0; count < 2; count++) {
    assert.equal((await ask(of("reports", "p:w schön"))).status, 200);
    assert.equal((await ask(of("batch", "batch's own"))).status, 200);
  }
  assert.equal(got().headers.authorization, undefined);
});

test("a wrong password is told like a wrong name, with the challenge", async (context) => {
  const { ask } = await startProving(context, callers);
  const wrong = [
    of("reports", "p:w"),
    of("batch", hashOf("batch's own")),
    of("", ""),
    of("x", "y"),
  ];
  for (const headers of wrong) {
    const { status, code, detail, challenge } = await ask(headers);
    assert.deepEqual([status, code], [401, "basic-wrong"]);
    assert.equal(detail, "no caller has this username with this password");
    const basicChallenge = 'Basic realm="parlance", charset="UTF-8"';
    assert.equal(challenge, `${basicChallenge}, Bearer realm="parlance"`);
  }
});

test("credentials that are none are refused, and those of others are not looked at", async (context) => {
  const { ask } = await startProving(context, callers);
  const values = ["Basic !!!", `Basic ${Buffer.from("nocolon").toString("base64")}`];
  for (const authorization of [...values, `Basic ${"A".repeat(5_000)}`]) {
    assert.equal((await ask({ authorization })).code, "basic-malformed");
  }
  assert.equal((await ask({ authorization: "Digest username=x" })).code, "caller-unknown");
  const { status } = await ask({ authorization: "Digest x=y", "x-api-key": callers.shop.key });
  assert.equal(status, 200);
});

test("a name and password of one caller with the key of another are a conflict", async (context) => {
  const { ask } = await startProving(context, callers);
  const both = { ...of("reports", "p:w schön"), "x-api-key": callers.shop.key };
  const { code, detail } = await ask(both);
  assert.equal(code, "credentials-conflict");
  assert.equal(detail, "the basic is that of reports, and the key that of shop");
});

test("bad hashes and usernames of two callers are found before anything runs", () => {
  const use = (index: number, username: string, secret: string) => ({
    index,
    name: `caller-${index}`,
    options: { username, password: { secret } },
    source: undefined,
  });
  const uses = {
    callers: [
      use(0, "a", "scrypt$1000$8$1$AAAA$AAAA"),
      use(1, "b", "scrypt$x"),
      use(2, "b", "password"),
      use(3, "c", "scrypt$99999999$255$255$AAAA$AAAA"),
      use(4, "d", hashOf("fine")),
      use(5, "e", "scrypt$16777216$8$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
      use(6, "f", "scrypt$65536$1$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ],
    options: {},
  };
  const findings = basic.check(uses, { readUpTo: () => Buffer.alloc(0) });
  assert.deepEqual(
    findings.map(({ message }) => message),
    [
      "caller caller-0: `password` is no hash: its N is 1000; expected a power of two",
      "caller caller-1: `password` is no hash: it has not the form scrypt$N$r$p$salt$hash, with " +
        "salt and hash in base64",
      "callers caller-1 and caller-2 have the same username; expected one of them",
      "caller caller-3: `password` is no hash: its N is 99999999; expected a power of two",
      "caller caller-5: `password` is no hash: it takes more than 268435456 bytes of memory",
      "caller caller-6: `password` is no hash: its N is 65536; with r = 1 expected below 65536",
    ],
  );
});
