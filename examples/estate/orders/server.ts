/** The orders service: REST with JSON, validated by its own contract. */
import { STATUS_CODES } from "node:http";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import type { Billing } from "./billing.ts";
import { contract, schemaOf, useContract } from "./contract.ts";
import { addLive } from "./live.ts";
import type { NewOrder, Order, OrderStatus } from "./order.ts";
import { problemBody, ProblemError } from "./problem.ts";
import { openStore, type PageQuery } from "./store.ts";

const orderPath = {
  type: "object",
  properties: { orderId: { type: "string", pattern: "^o-[0-9a-f]{16}$" } },
};
const pageQuery = {
  type: "object",
  additionalProperties: false,
  properties: {
    limit: { type: "integer", minimum: 1, maximum: 100, default: 20 },
    after: { type: "string", pattern: "^[0-9]{1,15}$" },
    status: schemaOf("OrderStatus"),
  },
};

interface OnOrder {
  readonly Params: { readonly orderId: string };
}

export interface OrdersOptions {
  /** The SQLite file; instances that are to share their orders name the same one. */
  readonly file: string;
  /** Where invoices come from; without it orders have none. */
  readonly billing: Billing | undefined;
}

export function createOrders({ file, billing }: OrdersOptions): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 256 * 1024, forceCloseConnections: "idle" });
  const store = openStore(file);
  useContract(app);
  addFailures(app);
  addLive(app, store);
  app.addHook("onClose", async () => store.close());

  /** An order stands, whatever becomes of its invoice. */
  async function invoiced(order: Order, { headers }: FastifyRequest): Promise<Order> {
    const parent = headers["parlance-exchange"] as string | undefined;
    const invoice = await billing?.follow(order, parent);
    return invoice === undefined ? order : store.noteInvoice(order.id, invoice);
  }

  app.get("/health", () => ({ status: "up" }));
  app.get("/openapi.json", () => contract);

  app.post<{ Body: NewOrder }>(
    "/orders",
    {
      schema: {
        body: schemaOf("NewOrder"),
        headers: {
          type: "object",
          properties: { "idempotency-key": { type: "string", minLength: 8, maxLength: 128 } },
        },
      },
    },
    async (request, reply) => {
      const key = request.headers["idempotency-key"] as string | undefined;
      const { order, created } = store.create(request.body, key);
      void reply.code(created ? 201 : 200).header("location", `/orders/${order.id}`);
      return reply.send(await invoiced(order, request));
    },
  );

  app.get<{ Querystring: PageQuery }>(
    "/orders",
    { schema: { querystring: pageQuery } },
    (request) => store.list(request.query),
  );

  app.get<OnOrder>("/orders/:orderId", { schema: { params: orderPath } }, (request) =>
    store.get(request.params.orderId),
  );

  app.put<OnOrder & { Body: { status: OrderStatus; paymentId?: string } }>(
    "/orders/:orderId/status",
    { schema: { params: orderPath, body: schemaOf("StatusChange") } },
    (request) => {
      const { status, paymentId } = request.body;
      const more = paymentId === undefined ? {} : { paymentId };
      return invoiced(store.change(request.params.orderId, status, more), request);
    },
  );

  app.post<OnOrder & { Body: { reason: string } }>(
    "/orders/:orderId/cancel",
    { schema: { params: orderPath, body: schemaOf("Cancellation") } },
    (request) => {
      const more = { cancelReason: request.body.reason };
      return invoiced(store.change(request.params.orderId, "cancelled", more), request);
    },
  );
  return app;
}

/** Everything that goes wrong leaves as a problem document. */
function addFailures(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError | ProblemError>((error, request, reply) => {
    const problem = error instanceof ProblemError ? error : asProblem(error);
    if (problem.status >= 500) console.error("orders:", error);
    const body = problemBody(problem, request.url);
    return reply.code(problem.status).type("application/problem+json").send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `There is nothing at ${request.method} ${request.url}.`;
    const problem = new ProblemError(404, "no-such-operation", "No such operation", detail);
    const body = problemBody(problem, request.url);
    return reply.code(404).type("application/problem+json").send(body);
  });
}

function partOf(context: string | undefined): string {
  if (context === "querystring") return "query";
  return context === "params" ? "path" : (context ?? "body");
}

function asProblem(error: FastifyError): ProblemError {
  if (error.validation !== undefined) {
    const part = partOf(error.validationContext);
    const errors = error.validation.map((found) => ({
      pointer: part === "body" ? found.instancePath : `${part}${found.instancePath}`,
      detail: `${found.message ?? found.keyword}${parameterOf(found.params)}`,
    }));
    const detail = `The ${part} does not match the contract.`;
    return new ProblemError(400, "invalid-request", "Invalid request", detail, errors);
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    return new ProblemError(500, "internal", "Internal error", "The service failed.");
  }
  const title = STATUS_CODES[status] ?? "Bad request";
  return new ProblemError(status, "bad-request", title, `${error.message}.`);
}

function parameterOf(params: Record<string, unknown>): string {
  const extra = params["additionalProperty"];
  const allowed = params["allowedValues"];
  if (typeof extra === "string") return `: ${extra}`;
  return Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
}
