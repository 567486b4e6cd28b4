/** Accepts connections and finds out who is at the other end. */
import type { AddressInfo, Socket } from "node:net";
import type { Limits } from "#base/limits.ts";
import type { Platform } from "#base/platform.ts";
import type { Peer } from "./ends.ts";

export interface ListenerContext {
  readonly limits: Limits;
  readonly connectionCount: number;
  readonly onConnection: (socket: Socket, peer: Peer) => void;
}

export interface Listener {
  /** Resolves to the port. `shared`: other workers listen on the same one. */
  listen(where: { host: string; port: number; shared: boolean }): Promise<number>;
  close(): void;
}

const backlog = 4096;
const tooManyConnections =
  "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n" +
  "Parlance-Fault: gateway\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

export function createListener(platform: Platform, context: ListenerContext): Listener {
  const server = platform.sockets.createServer(
    { noDelay: true, allowHalfOpen: true, keepAlive: true },
    (socket) => {
      if (context.connectionCount >= context.limits.connectionsMax) {
        socket.on("error", () => socket.destroy());
        socket.end(tooManyConnections, () => socket.destroy());
        return;
      }
      context.onConnection(socket, {
        address: plainAddress(socket.remoteAddress ?? ""),
        port: socket.remotePort ?? 0,
        encrypted: false,
        trusted: false,
      });
    },
  );
  return {
    listen({ host, port, shared }) {
      return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port, backlog, reusePort: shared }, () => {
          server.off("error", reject);
          resolve((server.address() as AddressInfo).port);
        });
      });
    },
    close() {
      server.close();
    },
  };
}

/** An IPv4 address that came over an IPv6 socket, in its own spelling (RFC 4291 §2.5.5.2). */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
