/** Order events to whoever follows them: server-sent events and the WebSocket at /live. */
import type { FastifyInstance } from "fastify";
import { WebSocketServer } from "ws";
import type { OrderEvent } from "./order.ts";
import type { OrderStore } from "./store.ts";

const pollMs = 150;
const heartbeatMs = 15_000;
/** How long a WebSocket client may take to say goodbye when the service stops. */
const goodbyeMs = 500;
/** A follower that does not read is cut off beyond this many unsent bytes. */
const unsentBytesMax = 1_000_000;

type Follower = (event: OrderEvent) => void;

/** Looks for rows that any instance wrote since the last look. */
function createFeed(store: OrderStore): {
  readonly follow: (follower: Follower) => () => void;
  readonly close: () => void;
} {
  const followers = new Set<Follower>();
  let seen = store.lastSequence();
  const timer = setInterval(() => {
    if (followers.size === 0) {
      seen = store.lastSequence();
      return;
    }
    for (const event of store.eventsAfter(seen)) {
      seen = event.sequence;
      for (const follower of followers) follower(event);
    }
  }, pollMs);
  return {
    follow: (follower) => {
      // Nobody followed until now: the look at the sequence may be a poll old.
      if (followers.size === 0) seen = store.lastSequence();
      followers.add(follower);
      return () => followers.delete(follower);
    },
    close: () => clearInterval(timer),
  };
}

export function addLive(app: FastifyInstance, store: OrderStore): void {
  const feed = createFeed(store);
  const endings = new Set<() => void>();

  app.get("/orders/events", (request, reply) => {
    reply.hijack();
    const out = reply.raw;
    out.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    out.write("retry: 1000\n: following\n\n");
    const send: Follower = (event) => {
      const { sequence, kind } = event;
      out.write(`id: ${sequence}\nevent: ${kind}\ndata: ${JSON.stringify(event)}\n\n`);
      if (out.writableLength > unsentBytesMax) out.destroy();
    };
    let sent = Number(request.headers["last-event-id"] ?? store.lastSequence());
    const stop = feed.follow((event) => {
      if (event.sequence > sent) send(event);
    });
    for (const event of store.eventsAfter(sent)) {
      send(event);
      sent = event.sequence;
    }
    const heartbeat = setInterval(() => out.write(": still here\n\n"), heartbeatMs);
    const end = (): void => void out.end();
    endings.add(end);
    out.once("close", () => {
      clearInterval(heartbeat);
      endings.delete(end);
      stop();
    });
  });

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4_096 });
  sockets.on("connection", (socket) => {
    const stop = feed.follow((event) => {
      socket.send(JSON.stringify(event));
      if (socket.bufferedAmount > unsentBytesMax) socket.terminate();
    });
    socket.on("error", () => socket.terminate());
    socket.once("close", stop);
    socket.send(JSON.stringify({ kind: "following", since: store.lastSequence() }));
  });
  app.server.on("upgrade", (request, socket, head) => {
    if (request.url?.split("?")[0] !== "/live") {
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (open) =>
      sockets.emit("connection", open, request),
    );
  });

  app.addHook("preClose", async () => {
    feed.close();
    for (const end of endings) end();
    for (const socket of sockets.clients) {
      socket.close(1001, "the service stops");
      setTimeout(() => socket.terminate(), goodbyeMs);
    }
    sockets.close();
  });
}
