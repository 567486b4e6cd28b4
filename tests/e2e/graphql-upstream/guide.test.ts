/** What docs/guides/graphql-services.md shows is what callers get. */
import assert from "node:assert/strict";
import test from "node:test";
import { createSchema, createYoga } from "graphql-yoga";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { readProjectFile } from "#tests/support/source-files.ts";

const guide = readProjectFile("docs/guides/graphql-services.md");

function blocks(language: string): readonly string[] {
  const found = guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"));
  return Array.from(found, ([, text = ""]) => text);
}

const product = {
  ...{ id: "p1", name: "Assam", price: "12.50", maker: { name: "Daruma" } },
  reviews: ({ first }: { first: number }) => ["Malty.", "Strong.", "Cheap."].slice(0, first),
};

test("requests of the guide get the answers that stand behind them", async (context) => {
  const [typeDefs = "", operations = "", scalars = ""] = blocks("graphql");
  const products = ({ first }: { first: number }) =>
    [product, { ...product, id: "p2" }].slice(0, first);
  const schema = createSchema({
    typeDefs,
    resolvers: {
      Query: {
        product: () => product,
        products: (_root: unknown, given: { first: number }) => products(given),
      },
    },
  });
  const yoga = createYoga({ schema, logging: false });
  const url = await listenHttp(context, (request, response) => void yoga(request, response));
  const gateway = await startTranslating(context, {
    text: `services:
  catalog:
    contract: operations.graphql
    instances: ["${url}/graphql"]
`,
    files: { "operations.graphql": operations, "catalog.graphql": typeDefs + scalars },
  });
  const paths = Array.from(guide.matchAll(/`GET (\/\S+)`/g), ([, path = ""]) => path);
  const answers = blocks("json");
  assert.equal(answers.length, paths.length);
  for (const [index, path] of paths.entries()) {
    const response = await fetch(gateway.url + path);
    const text = await response.text();
    assert.deepEqual(JSON.parse(text), JSON.parse(answers[index] ?? ""), `${path} ${text}`);
  }
});
