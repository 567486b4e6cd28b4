/** Starts services whose capacity is known, on the cores of the load. */
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { freePort, startProcess, untilReady, type Running } from "#bench/rig/processes.ts";
import type { Rig } from "#bench/rig/rig.ts";

export interface BoundedService {
  readonly url: string;
  /** What its answers say in `instance`. */
  readonly name: string;
  readonly running: Running;
}

export interface Capacity {
  readonly atOnce: number;
  readonly tookMs: number;
}

const program = fileURLToPath(new URL("../rig/bounded-service.ts", import.meta.url));

export async function startBounded(rig: Rig, capacity: Capacity): Promise<BoundedService> {
  const port = await freePort();
  const args = [program, port, capacity.atOnce, capacity.tookMs].map(String);
  const running = startProcess({ file: process.execPath, args }, rig.cores.load);
  await untilReady(running, "a bounded service", () => listens(port));
  return { url: `http://127.0.0.1:${port}`, name: String(port), running };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const tell = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on("connect", () => tell(true)).on("error", () => tell(false));
  });
}
