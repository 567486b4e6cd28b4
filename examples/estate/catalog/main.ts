/**
 * The catalogue of the shop, in GraphQL on graphql-yoga, by the schema in schema.graphql. Starts
 * with PORT (9105) and HOST.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { createSchema, createYoga } from "graphql-yoga";
import {
  articleOf,
  isPrice,
  listArticles,
  searchArticles,
  setPrice,
  watchArticle,
  type Article,
  type Wanted,
} from "./articles.ts";

const typeDefs = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");

/** As it is written, so that no digit gets lost. */
const decimal = new GraphQLScalarType<string, string>({
  name: "Decimal",
  serialize: String,
  parseValue: readDecimal,
  parseLiteral: (node) => {
    const isWritten =
      node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT;
    return readDecimal(isWritten ? node.value : undefined);
  },
});

function readDecimal(value: unknown): string {
  if (/^\d+(?:\.\d+)?$/.test(String(value))) return String(value);
  throw failure("BAD_USER_INPUT", "expected a decimal such as 349.50");
}

function failure(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function known(article: Article | undefined, sku: string): Article {
  if (article === undefined) throw failure("NOT_FOUND", `there is no article ${sku}`);
  return article;
}

const schema = createSchema({
  typeDefs,
  resolvers: {
    Decimal: decimal,
    Article: { __resolveType: ({ kind }: Article) => (kind === "TEA" ? "Tea" : "Pot") },
    Garden: {
      teas: ({ name }: { name: string }) =>
        listArticles(Infinity).filter((one) => one.kind === "TEA" && one.garden?.name === name),
    },
    Query: {
      tea(_root: unknown, { sku }: { sku: string }) {
        const found = articleOf(sku);
        return found?.kind === "TEA" ? found : null;
      },
      articles: (_root: unknown, { first }: { first: number | null }) => listArticles(first ?? 20),
      search: (_root: unknown, { wanted }: { wanted: Wanted }) => searchArticles(wanted),
    },
    Mutation: {
      setPrice(_root: unknown, { sku, price }: { sku: string; price: string }) {
        if (!isPrice(price)) throw failure("BAD_USER_INPUT", "a price has two decimals");
        return known(setPrice(sku, price), sku);
      },
    },
    Subscription: {
      priceChanges: {
        async *subscribe(
          _root: unknown,
          { sku, changesMax }: { sku: string; changesMax?: number },
        ) {
          known(articleOf(sku), sku);
          let count = 0;
          for await (const article of watchArticle(sku)) {
            yield { priceChanges: article };
            if (++count === changesMax) return;
          }
        },
      },
    },
  },
});

const yoga = createYoga({ schema, logging: false, healthCheckEndpoint: "/health" });
const server = createServer((request, response) => void yoga(request, response));
const host = process.env["HOST"] ?? "127.0.0.1";
server.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 3;
});
server.listen(Number(process.env["PORT"] ?? 9105), host, () => {
  const { port } = server.address() as AddressInfo;
  console.log(`catalog listens on http://${host}:${port}`);
});
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
