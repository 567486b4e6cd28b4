/** `parlance explain`: the steps are read by people, the outcome by scripts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFolder } from "./run-parlance.ts";

const text = `version: 1
services:
  orders:
    instances: ["http://127.0.0.1:9101/api"]
    routes: [{ id: one, path: "/orders/{id}", methods: [GET] }]
callers:
  shop: { key: "\${SHOP_KEY}", may: ["orders.*"] }
  other: { key: "\${OTHER_KEY}", may: [] }
policies: [{ sign: {} }]
`;

const env = { SHOP_KEY: "shop-0123456789abcdef", OTHER_KEY: "other-0123456789abcdef" };

const cases: readonly (readonly [args: readonly string[], code: number, words: RegExp])[] = [
  [["GET", "/orders/42", "--as", "shop"], 0, /Forwarded to service orders by route orders\.one/],
  [["GET", "/orders/42", "-H", `X-Api-Key: ${env.SHOP_KEY}`], 0, /Forwarded to service orders/],
  [["GET", "http://any.example/orders/42", "--as", "shop"], 0, /at any\.example/],
  [["GET", "/orders/42", "--as", "other"], 1, /Refused with 403/],
  [["GET", "/orders/42"], 1, /Refused with 401/],
  [["POST", "/orders/42", "--as", "shop"], 1, /Refused with 405/],
  [["GET", "/nowhere", "--as", "shop"], 1, /Refused with 404/],
  [["GET", "/orders/../x", "--as", "shop"], 1, /Refused with 400/],
];

for (const [args, code, words] of cases) {
  const shown = args.join(" ").replace(/Key: .*/, "Key: ...");
  test(`explain ${shown} ends with ${code} and says ${words.source}`, () => {
    using folder = createFolder();
    folder.write("parlance.yaml", text);
    const ended = folder.parlance(["explain", ...args], env);
    assert.equal(ended.code, code, ended.out + ended.err);
    assert.match(ended.out, words);
    for (const key of Object.values(env)) assert.ok(!ended.out.includes(key), "no key is shown");
    const asJson = folder.parlance(["explain", ...args, "--json"], env);
    assert.equal(asJson.code, code);
    const { outcome, steps } = JSON.parse(asJson.out) as {
      outcome: { kind: string };
      steps: unknown[];
    };
    assert.equal(outcome.kind, code === 0 ? "forwarded" : "refused");
    assert.ok(steps.length > 0);
  });
}

test("the chosen route is shown with its place in the file", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", text);
  const { out } = folder.parlance(["explain", "GET", "/orders/42", "--as", "shop"], env);
  assert.match(out, /^ {2}> choice +orders\.one: .*\(parlance\.yaml:5:20\)$/m);
});

test("the keys that requests are signed with are the gateway's own to show", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", text);
  const path = "/.well-known/http-message-signatures-directory";
  const { code, out } = folder.parlance(["explain", "GET", path], env);
  assert.equal(code, 0);
  assert.match(out, /Answered by the gateway itself: the keys that requests are signed with/);
});

test("a faulty configuration is not explained, its errors are shown", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", text);
  const { code, out } = folder.parlance(["explain", "GET", "/orders/42"]);
  assert.equal(code, 1);
  assert.match(out, /parlance\.yaml:7:17: error missing-variable/);
  assert.equal(folder.parlance(["explain", "GET", "/", "--config", "none.yaml"]).code, 3);
});

test("an admin port that is no URL is wrong use, and nobody is looked for", () => {
  using folder = createFolder();
  for (const command of [
    ["explain", "GET", "/", "--admin", "127.0.0.1:8081"],
    ["cache", "purge", "--admin", "http://"],
  ]) {
    const { code, err } = folder.parlance(command, {});
    assert.equal(code, 2);
    assert.match(err, /--admin is ".*"; expected http:\/\/host:port/);
  }
});
