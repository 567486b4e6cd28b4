/** A GraphQL service on graphql-yoga, and a gateway before it. */
import type { TestContext } from "node:test";
import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { createSchema, createYoga } from "graphql-yoga";
import { startTranslating, type TranslatingGateway } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

export const catalogSdl = `
"What is on sale."
scalar Decimal
scalar Long

"What a product is for."
enum Purpose { DRINK SERVE }

interface Thing { id: ID! }

type Product implements Thing {
  id: ID!
  name: String!
  "In euros."
  price: Decimal!
  "Ever sold."
  sold: Long
  purpose: Purpose
  maker: Maker
  tags: [String!]!
  related: [Product!]!
}

type Maker implements Thing { id: ID!, name: String!, products: [Product!]! }

union Found = Product | Maker

input NewProduct { name: String!, price: Decimal!, sold: Long, purpose: Purpose = DRINK, tags: [String!]! = [] }

type Query {
  "One product."
  product(id: ID!): Product
  products(first: Int = 10, purpose: Purpose): [Product!]!
  search(text: String!): [Found!]!
  count: Int!
}
type Mutation { addProduct(product: NewProduct!): Product! }
type Subscription { priceChanged(id: ID!, count: Int! = 3): Product! }
`;

export const operationsSdl = `
query productCard($id: ID!) { product(id: $id) { ...Card related { name } } }
fragment Card on Product { name price }
query overview { products { id } count }
`;

/** Exact in both directions, as services with money are. */
function exact(name: string): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    serialize: String,
    parseValue: String,
    parseLiteral: (node) =>
      node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT
        ? node.value
        : undefined,
  });
}

const maker = { __typename: "Maker", id: "m1", name: "Daruma", products: [] };
const assam = {
  ...{ __typename: "Product", id: "p1", name: "Assam", price: "12.50", sold: "9007199254740993" },
  ...{ purpose: "DRINK", maker, tags: ["black"], related: [{ id: "p2", name: "Pot" }] },
};

export interface YogaService {
  readonly url: string;
  /** Arguments of mutations, as resolvers get them. */
  readonly added: unknown[];
}

export async function startYoga(scope: Pick<TestContext, "after">): Promise<YogaService> {
  const added: unknown[] = [];
  const schema = createSchema({
    typeDefs: catalogSdl,
    resolvers: {
      Decimal: exact("Decimal"),
      Long: exact("Long"),
      Query: {
        product(_: unknown, { id }: { id: string }) {
          if (id === "denied") {
            throw new GraphQLError("not for you", { extensions: { code: "FORBIDDEN" } });
          }
          if (id === "boom") throw new Error("a secret");
          if (id === "partial") {
            const fail = () => {
              throw new GraphQLError("the maker is away", { extensions: { code: "UNAVAILABLE" } });
            };
            return { ...assam, maker: fail };
          }
          return id === "p1" ? assam : null;
        },
        products: () => [assam, { ...assam, id: "p2", sold: null, maker: null, purpose: null }],
        search: () => [assam, maker],
        count: () => 2,
      },
      Mutation: {
        addProduct(_: unknown, { product }: { product: object }) {
          added.push(product);
          return { ...assam, ...product };
        },
      },
      Subscription: {
        priceChanged: {
          async *subscribe(_: unknown, { id, count }: { id: string; count: number }) {
            for (let index = 0; index < count; index++) {
              await new Promise((resolve) => setTimeout(resolve, 5));
              yield { priceChanged: { ...assam, id, price: `${index}.10` } };
            }
            if (id === "broken") throw new GraphQLError("the market closed");
          },
        },
      },
    },
  });
  const yoga = createYoga({ schema, logging: false });
  const url = await listenHttp(scope, (request, response) => void yoga(request, response));
  return { url: `${url}/graphql`, added };
}

export interface Stand {
  readonly service: YogaService;
  readonly gateway: TranslatingGateway;
}

export async function startCatalog(scope: Pick<TestContext, "after">): Promise<Stand> {
  const service = await startYoga(scope);
  const gateway = await startTranslating(scope, {
    text: `services:\n  catalog: { contract: catalog.graphql, instances: ["${service.url}"] }\n`,
    files: { "catalog.graphql": `${catalogSdl}${operationsSdl}` },
  });
  return { service, gateway };
}
