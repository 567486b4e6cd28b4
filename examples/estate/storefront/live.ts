/** The orders service's event stream, fetched through the gateway and handed on to the page. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Gateway } from "./gateway.ts";

export function relayEvents(app: FastifyInstance, gateway: Gateway) {
  const open = new Set<AbortController>();
  app.addHook("preClose", async () => {
    for (const controller of open) controller.abort();
  });

  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const controller = new AbortController();
    const lastEventId = request.headers["last-event-id"];
    const id = typeof lastEventId === "string" ? lastEventId : undefined;
    reply.raw.once("close", () => controller.abort());
    open.add(controller);
    controller.signal.addEventListener("abort", () => open.delete(controller));
    try {
      const answer = await gateway.follow("/orders/orders/events", id, controller.signal);
      if (!answer.ok || answer.body === null) {
        controller.abort();
        return fail(reply, `the gateway answered ${answer.status}`);
      }
      reply.hijack();
      reply.raw.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-orders-exchange": answer.headers.get("parlance-exchange") ?? "",
      });
      reply.raw.flushHeaders();
      const source = Readable.fromWeb(answer.body);
      source.once("error", () => reply.raw.destroy());
      source.pipe(reply.raw);
      return reply;
    } catch {
      controller.abort();
      return fail(reply, "nothing answers at the gateway's address");
    }
  };
}

function fail(reply: FastifyReply, why: string): FastifyReply {
  const detail = `Order events are not to be had: ${why}.`;
  const body = { type: "about:blank", title: "No events", status: 502, detail };
  return reply.code(502).type("application/problem+json").send(body);
}
