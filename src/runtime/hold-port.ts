/**
 * Takes a port alone, before workers share it: sharing would hide that another program listens
 * there already. Port 0 becomes a real one here.
 */
import type { AddressInfo } from "node:net";
import type { Platform } from "#base/platform.ts";

export interface HeldPort {
  readonly port: number;
  release(): Promise<void>;
}

/** Rejects with the system's error, for example EADDRINUSE. */
export function holdPort(platform: Platform, host: string, port: number): Promise<HeldPort> {
  const server = platform.sockets.createServer({}, (socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        release: () => new Promise((done) => void server.close(() => done())),
      });
    });
  });
}

/** Why a port cannot be had, in words. */
export function portRefusal(error: unknown, what: string, host: string, port: number): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return `${what} ${where} is in use by another program`;
    case "EACCES":
      return `${what} ${where} may not be taken by this user`;
    case "EADDRNOTAVAIL":
      return `${what} ${where}: this machine has no address ${host}`;
    case "ENOTFOUND":
      return `${what} ${where}: there is no host ${host}`;
    default:
      return `${what} ${where} cannot be had: ${error instanceof Error ? error.message : code}`;
  }
}
