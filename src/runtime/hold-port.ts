/**
 * Takes a port before workers share it: alone, because sharing would hide that another program
 * listens there already. Port 0 becomes a real one here; no other program has it then.
 */
import type { AddressInfo } from "node:net";
import type { Platform } from "#base/platform.ts";

export interface HeldPort {
  readonly port: number;
  /** To be called before workers listen, and after they do. */
  beforeWorkers(): Promise<void>;
  afterWorkers(): Promise<void>;
}

/** Whether sockets of several workers can share a port and get connections in turn. */
export const canShare = process.platform === "linux";

/** Rejects with the system's error, for example EADDRINUSE. */
export function holdPort(platform: Platform, host: string, port: number): Promise<HeldPort> {
  // Any free port may be taken by anybody as soon as it is let go, so it is held until workers have
  // it; nobody can know it, or connect, before.
  const isKept = port === 0 && canShare;
  const server = platform.sockets.createServer({}, (socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, reusePort: isKept }, () => {
      const release = (): Promise<void> =>
        server.listening
          ? new Promise((done) => void server.close(() => done()))
          : Promise.resolve();
      resolve({
        port: (server.address() as AddressInfo).port,
        beforeWorkers: () => (isKept ? Promise.resolve() : release()),
        afterWorkers: release,
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
