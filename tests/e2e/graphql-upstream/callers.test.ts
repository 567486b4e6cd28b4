import assert from "node:assert/strict";
import test from "node:test";
import { promisify } from "node:util";
import {
  status,
  type GrpcObject,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { connect, describedProto, packageOf } from "#tests/e2e/grpc/stand.ts";
import { catalogSdl, operationsSdl, startCatalog } from "./stand.ts";

type Client = InstanceType<ServiceClientConstructor>;
type Message = Record<string, unknown>;

function call(client: Client, method: string, message: object): Promise<unknown> {
  const invoke = client[method] as (
    message: object,
    answer: (error: ServiceError | null, value?: unknown) => void,
  ) => void;
  return promisify(invoke.bind(client))(message);
}

async function startClient(scope: test.TestContext): Promise<Client> {
  const { gateway } = await startCatalog(scope);
  const proto = describedProto("catalog", "catalog.graphql", catalogSdl + operationsSdl);
  const catalog = packageOf(proto)["catalog"] as GrpcObject;
  const service = Object.values(catalog).find((one) => typeof one === "function");
  assert.ok(service, Object.keys(catalog).join(" "));
  return connect(scope, service, gateway.port);
}

test("a gRPC caller reaches a GraphQL service by the described .proto", async (context) => {
  const client = await startClient(context);
  const found = (await call(client, "product", { id: "p1" })) as Message;
  assert.equal(found["price"], "12.50");
  assert.equal(found["sold"], "9007199254740993");
  const missing = (await call(client, "product", { id: "x" }).catch(
    (error) => error,
  )) as ServiceError;
  assert.equal(missing.code, status.NOT_FOUND);
  const added = (await call(client, "addProduct", {
    product: { name: "Pot", price: "0.10", tags: ["a", "b"] },
  })) as Message;
  assert.deepEqual([added["name"], added["tags"]], ["Pot", ["a", "b"]]);
});

test("a gRPC caller gets a subscription as a stream, whole or broken", async (context) => {
  const client = await startClient(context);
  const watch = client["priceChanged"] as (message: object) => AsyncIterable<Message>;
  const collect = async (id: string): Promise<unknown[]> => {
    const got: unknown[] = [];
    try {
      for await (const one of watch.call(client, { id, count: 2 })) got.push(one["price"]);
    } catch (error) {
      got.push((error as ServiceError).code);
    }
    return got;
  };
  assert.deepEqual(await collect("p1"), ["0.10", "1.10"]);
  assert.deepEqual(await collect("broken"), ["0.10", "1.10", status.UNKNOWN]);
});

test("a GraphQL caller reaches it in the gateway's one schema", async (context) => {
  const { gateway } = await startCatalog(context);
  const query = `query ($id: String!) {
    one: catalog_product(id: $id) { price sold maker { name } }
    none: catalog_product(id: "x") { id }
    catalog_search(text: "a") { result { __typename } }
  }`;
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { id: "p1" } }),
  });
  const { data, errors } = (await response.json()) as {
    data: Message;
    errors: { path: string[]; extensions: Message }[];
  };
  assert.deepEqual(data["one"], {
    ...{ price: "12.50", sold: "9007199254740993", maker: { name: "Daruma" } },
  });
  assert.equal(data["none"], null);
  assert.deepEqual(
    errors.map(({ path, extensions }) => [...path, extensions["code"]]),
    [["none", "NOT_FOUND"]],
  );
  const { result } = data["catalog_search"] as { result: unknown[] };
  assert.equal(result.length, 2);
});
