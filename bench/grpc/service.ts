/** The service that all calls end at, and one call to it through a proxy, looked at closely. */
import { writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { freePort, startProcess, untilReady } from "#bench/rig/processes.ts";
import type { Rig } from "#bench/rig/rig.ts";
import { methods } from "./frames.ts";
import { server } from "./proxies.ts";

export interface Service {
  readonly port: number;
  /** How many calls it has answered. */
  readonly answered: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** @param frame what `Get` answers. @param count how many messages `Watch` gives. */
export async function startService(rig: Rig, frame: Buffer, count = 0): Promise<Service> {
  const file = `${rig.directory}/answer.bin`;
  writeFileSync(file, frame);
  const port = await freePort();
  const args = [server("service"), `${port}`, file, `${count}`];
  const running = startProcess({ file: process.execPath, args }, rig.cores.load);
  const answered = async (): Promise<number> => Number((await ask(port, "/answered")).body);
  await untilReady(running, "the gRPC service", async () => (await answered()) >= 0);
  return { port, answered, stop: running.stop };
}

/** Throws unless the whole message and its status arrive. */
export async function probe(port: number, frame: Buffer): Promise<boolean> {
  const { body, fields } = await ask(port, methods.get, frame);
  return body.equals(frame) && fields["grpc-status"] === "0";
}

interface Asked {
  readonly body: Buffer;
  /** Of head and trailers. */
  readonly fields: Readonly<Record<string, unknown>>;
}

async function ask(port: number, path: string, body?: Buffer): Promise<Asked> {
  const session = connect(`http://127.0.0.1:${port}`);
  const fields: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      session.on("error", reject);
      const grpc = { ":method": "POST", "content-type": "application/grpc", te: "trailers" };
      const stream = session.request({ ":path": path, ...(body === undefined ? {} : grpc) });
      stream.on("response", (head) => Object.assign(fields, head));
      stream.on("trailers", (trailers) => Object.assign(fields, trailers));
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("error", reject);
      stream.on("close", resolve);
      stream.end(body);
    });
  } finally {
    session.close();
  }
  return { body: Buffer.concat(parts), fields };
}
