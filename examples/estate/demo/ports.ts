/** Whether the ports are free, asked before anything is started. */
import { type AddressInfo, connect, createServer } from "node:net";

export interface WantedPort {
  readonly port: number;
  readonly name: string;
  /** How the operator moves it elsewhere. */
  readonly otherwise: string;
}

/** One message about all that are taken, or undefined. */
export async function refusalOfPorts(wanted: readonly WantedPort[]): Promise<string | undefined> {
  const lines: string[] = [];
  for (const { port, name, otherwise } of wanted) {
    const code = await bindFailure(port);
    if (code === undefined) continue;
    const why = code === "EADDRINUSE" ? "in use by another program" : `not to be had (${code})`;
    lines.push(`  port ${port} for ${name} is ${why}; another one: ${otherwise}`);
  }
  if (lines.length === 0) return undefined;
  return `The estate cannot start:\n${lines.join("\n")}`;
}

function bindFailure(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve(undefined)));
  });
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

export function anyFreePortIfZero(port: number, host = "127.0.0.1"): Promise<number> {
  if (port !== 0) return Promise.resolve(port);
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host }, () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });
}
