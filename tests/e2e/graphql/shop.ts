/** A shop behind GraphQL: orders in REST, invoices in SOAP. */
import type { TestContext } from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import {
  startStandIn,
  startTranslating,
  type ServiceAnswer,
  type ServiceRequest,
  type StandInService,
  type TranslatingGateway,
} from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };

export interface Shop {
  readonly service: StandInService;
  readonly gateway: TranslatingGateway;
  /** Posts a document to `/graphql`, or elsewhere. */
  readonly ask: (
    body: object | string,
    path?: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly text: string; readonly body: GraphqlAnswer }>;
}

export interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

function answerShop({ method, url, body }: ServiceRequest): ServiceAnswer {
  if (method === "POST") {
    return { status: 201, headers: json, body: `{"id":"o1","order":${body}}` };
  }
  const id = url.split(/[/?]/)[2];
  if (id === "404") return { status: 404, headers: json, body: '{"reason":"no such order"}' };
  const told = id?.startsWith("long") === true ? id.padEnd(500, "x") : id;
  return { headers: json, body: JSON.stringify({ id: told }) };
}

/** @param more YAML from `callers` on. */
export async function startShop(scope: TestContext, more = "callers: open"): Promise<Shop> {
  const service = await startStandIn(scope, answerShop);
  const gateway = await startTranslating(scope, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"] }\n${more}\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  return {
    service,
    gateway,
    async ask(body, path = "/graphql", headers = {}) {
      const answer = await fetch(`${gateway.url}${path}`, {
        method: "POST",
        headers: { ...json, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, text, body: JSON.parse(text) as GraphqlAnswer };
    },
  };
}
