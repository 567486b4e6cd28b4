/** Connections of callers that have asked once and then wait: held, and at what price. */
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { residentBytesOf } from "#bench/rig/process-tree.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { smallBody } from "#bench/rig/upstream.ts";
import { plainPlan } from "./gateway.ts";
import { none, type LoadCase } from "./load-case.ts";

const batch = 100;

export const idleConnections: LoadCase = {
  id: "idle",
  title: "Idle keep-alive connections",
  run: async (site) => {
    const count = site.tiny ? 100 : 2000;
    const gateway = await site.start(plainPlan(site.rig));
    const url = `http://127.0.0.1:${gateway.port}/up/json`;
    await site.rig.load({ url, connections: site.connections, seconds: site.seconds }); // Warm-up.
    const before = residentBytesOf(gateway.pid);
    const sockets: net.Socket[] = [];
    let failed = 0;
    for (let made = 0; made < count; made += batch) {
      const some = Array.from({ length: batch }, () => net.connect(gateway.port, "127.0.0.1"));
      for (const socket of some) socket.on("error", () => {});
      sockets.push(...some);
      failed += await countFailures(some);
    }
    await sleep(site.tiny ? 200 : 5000);
    const lost = sockets.filter((socket) => socket.closed).length;
    const held = residentBytesOf(gateway.pid);
    for (let at = 0; at < count; at += batch) {
      failed += await countFailures(sockets.slice(at, at + batch).filter((one) => !one.closed));
    }
    for (const socket of sockets) socket.destroy();
    return [
      { name: "connections held", value: count - lost, unit: `of ${count}` },
      none("connections lost while idle", lost, `of ${count}`),
      none("requests failed, first and last on each", failed, `of ${2 * count}`),
      { name: "RSS before", value: mebibytes(before), unit: "MiB" },
      { name: "RSS with them", value: mebibytes(held), unit: "MiB" },
      { name: "per connection", value: (held - before) / 1024 / count, unit: "KiB" },
    ];
  },
};

async function countFailures(sockets: readonly net.Socket[]): Promise<number> {
  const good = await Promise.all(sockets.map(ask));
  return good.filter((one) => !one).length;
}

/** The body has no line break, so the answer is whole when it ends in the body. */
async function ask(socket: net.Socket): Promise<boolean> {
  socket.write("GET /up/json HTTP/1.1\r\nHost: bench\r\n\r\n");
  const signal = AbortSignal.timeout(10_000);
  let text = "";
  try {
    while (!text.endsWith(smallBody)) {
      const [chunk] = (await once(socket, "data", { signal })) as [Buffer];
      text += chunk.toString("latin1");
    }
  } catch {
    return false;
  }
  return text.startsWith("HTTP/1.1 200 ");
}
