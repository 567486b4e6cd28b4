/** What docs/guides/validation.md shows is what callers get. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { readProjectFile } from "#tests/support/source-files.ts";
import { startStandIn, startTranslating } from "../translate/stand.ts";

const guide = readProjectFile("docs/guides/validation.md");
const blocks = (language: string): readonly string[] =>
  Array.from(
    guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms")),
    ([, text = ""]) => text,
  );
const [configuration = "", masks = ""] = blocks("yaml");
const [contract = ""] = blocks("yml");
const [sent = "", refused = "", masked = ""] = blocks("json");
const key = "key-of-the-clerk-0123456789";

async function start(context: TestContext, text: string) {
  const person = { name: "Ada", born: "1815-12-10", iban: "DE02120300000000202051", password: "x" };
  const service = await startStandIn(context, () => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify(person),
  }));
  const gateway = await startTranslating(context, {
    text: text
      .replace(/^version:.*\nlisten:.*\n/m, "")
      .replace("http://127.0.0.1:9101", service.url)
      .replaceAll("${CLERK_KEY}", key),
    files: { "people.openapi.yaml": contract },
  });
  const post = (body: string) =>
    fetch(`${gateway.url}/people/people`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body,
    });
  return { service, post };
}

test("the request of the guide is refused as it shows", async (context) => {
  const { service, post } = await start(context, configuration);
  const answer = await post(sent.trim());
  assert.equal(answer.status, 400);
  const told = (await answer.text()).replace(/"exchange":"[0-9a-f]{32}"/, '"exchange":"..."');
  assert.deepEqual(JSON.parse(told), JSON.parse(refused), told);
  assert.equal(service.requests.length, 0);
  assert.equal((await post('{"name":"Ada","born":"1815-12-10"}')).status, 200);
});

test("the answer of the guide is masked as it shows", async (context) => {
  const policies = masks.replace(/^/gm, "    ").trimEnd();
  const callers = `callers:\n  clerk: { key: ${key}, may: ["*"] }\n  payroll: { may: [] }\n`;
  const text = `${callers}services:\n  people:\n    contract: people.openapi.yaml\n    instances: ["http://127.0.0.1:9101"]\n${policies}\n`;
  const { post } = await start(
    context,
    text.replace("payroll: { may: [] }", "payroll: { key: key-of-payroll-0123456789, may: [] }"),
  );
  const answer = await post('{"name":"Ada","born":"1815-12-10"}');
  assert.deepEqual(await answer.json(), JSON.parse(masked));
});
