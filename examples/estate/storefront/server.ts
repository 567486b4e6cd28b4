/** The storefront's backend: the page, and the few addresses that the page calls. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import { catalogue } from "./catalogue.ts";
import { createGateway, type GatewayOptions } from "./gateway.ts";
import { relayEvents } from "./live.ts";
import { createShop, type Outcome, type Wish } from "./purchase.ts";

const page = fileURLToPath(new URL("page/", import.meta.url));
const wishSchema = {
  type: "object",
  required: ["items", "customer", "payer"],
  additionalProperties: false,
  properties: {
    items: {
      type: "array",
      minItems: 1,
      maxItems: 50,
      items: {
        type: "object",
        required: ["sku", "quantity"],
        additionalProperties: false,
        properties: {
          sku: { type: "string", enum: catalogue.map((product) => product.sku) },
          quantity: { type: "integer", minimum: 1, maximum: 99 },
        },
      },
    },
    customer: { type: "string", minLength: 1, maxLength: 120 },
    payer: { type: "string", minLength: 3, maxLength: 120 },
  },
};
const orderPath = {
  type: "object",
  properties: { id: { type: "string", pattern: "^o-[0-9a-f]{16}$" } },
};
const statusOf: Readonly<Record<Outcome["kind"], number>> = {
  paid: 201,
  cancelled: 200,
  declined: 402,
  failed: 502,
  undecided: 502,
};

export function createStorefront(options: GatewayOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: 64 * 1024,
    forceCloseConnections: "idle",
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  });
  const gateway = createGateway(options);
  const shop = createShop(gateway);
  const policy = contentPolicy();

  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) console.error("storefront:", error);
    const detail = status >= 500 ? "The storefront failed." : error.message;
    const body = { type: "about:blank", title: "The storefront refuses this", status, detail };
    return reply.code(status).type("application/problem+json").send(body);
  });
  void app.register(fastifyStatic, {
    root: page,
    cacheControl: false,
    setHeaders: (reply) => {
      reply.header("cache-control", "no-cache");
      reply.header("content-security-policy", policy);
      reply.header("x-content-type-options", "nosniff");
    },
  });

  app.get("/health", () => ({ status: "up" }));
  app.get("/api/catalogue", () => ({ gateway: gateway.url, products: catalogue }));
  app.get("/api/orders", async (_request, reply) => {
    const path = "/orders/orders?limit=8";
    const what = "List recent orders";
    const list = await gateway.call({ what, method: "GET", path, accept: "application/json" });
    if (list.ok) return reply.type("application/json").send(list.text);
    return answer(reply, { kind: "failed", message: "No list of orders.", steps: [list.step] });
  });
  app.get("/api/events", relayEvents(app, gateway));

  app.post<{ Body: Wish }>(
    "/api/purchases",
    { schema: { body: wishSchema } },
    async (request, reply) => {
      const outcome = await shop.buy(request.body, traceOf(request.headers));
      return answer(reply, outcome);
    },
  );
  app.post<{ Params: { id: string } }>(
    "/api/orders/:id/cancel",
    { schema: { params: orderPath } },
    async (request, reply) => {
      const outcome = await shop.cancel(request.params.id, traceOf(request.headers));
      return answer(reply, outcome);
    },
  );
  return app;
}

function answer(reply: FastifyReply, outcome: Outcome): FastifyReply {
  const status = statusOf[outcome.kind];
  if (status < 400) return reply.code(status).send(outcome);
  return reply.code(status).type("application/problem+json").send(asProblem(outcome));
}

/** A failed outcome as a problem document (RFC 9457 §3.2 allows further members). */
function asProblem({ kind, message, order, steps }: Outcome): Record<string, unknown> {
  const status = statusOf[kind];
  const title = kind === "declined" ? "Payment declined" : "A call behind the storefront failed";
  return { type: "about:blank", title, status, detail: message, kind, message, order, steps };
}

function traceOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const value = headers["traceparent"];
  return typeof value === "string" ? value : undefined;
}

/** Nothing but our own files, and the one inline script of the page by its digest. */
function contentPolicy(): string {
  const html = readFileSync(new URL("page/index.html", import.meta.url), "utf8");
  const inline = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
  const digest = createHash("sha256").update(inline).digest("base64");
  return `default-src 'self'; script-src 'self' 'sha256-${digest}'; frame-ancestors 'none'`;
}
