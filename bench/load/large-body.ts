/** A body much larger than memory allows, to a reader slower than its sender, both ways. */
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { residentBytesOf } from "#bench/rig/process-tree.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { plainPlan, type Gateway } from "./gateway.ts";
import { none, type Finding, type LoadCase, type LoadSite } from "./load-case.ts";

export const largeBodyBytes = 1024 ** 3;
export const largeBodyBytesTiny = 16 * 1024 ** 2;

/** The reader rests this long after each so many bytes. */
const restMs = 40;
const restAfterBytes = 8 * 1024 ** 2;
const addedMiBMax = 32;

export const largeBody: LoadCase = {
  id: "body",
  title: "A 1 GiB body to a slow reader",
  run: async (site) => {
    const bytes = site.tiny ? largeBodyBytesTiny : largeBodyBytes;
    const reader = await startSlowReader();
    const plan = plainPlan(site.rig);
    const slow = { slow: { instances: [`http://127.0.0.1:${reader.port}`] } };
    const gateway = await site.start({ ...plan, services: { ...plan.services, ...slow } });
    const url = `http://127.0.0.1:${gateway.port}/up/big`;
    await site.rig.load({ url, connections: 8, seconds: site.seconds }); // Warm-up.
    const down = await addedWhile(gateway, () => download(gateway.port, bytes));
    const up = await addedWhile(gateway, () => upload(gateway.port, bytes));
    reader.close();
    return [...findingsOf(site, "answer", down, bytes), ...findingsOf(site, "request", up, bytes)];
  },
};

interface Added {
  readonly addedBytes: number;
  readonly arrivedBytes: number;
}

function findingsOf(site: LoadSite, what: string, added: Added, bytes: number): readonly Finding[] {
  const value = mebibytes(added.addedBytes);
  const rss = { name: `RSS added, ${what}`, value, unit: "MiB", reach: `< ${addedMiBMax}` };
  const verdict = site.tiny ? {} : { held: value < addedMiBMax, strict: true };
  const short = bytes - added.arrivedBytes;
  return [{ ...rss, ...verdict }, none(`bytes missing, ${what}`, short, `of ${bytes}`)];
}

/** The peak while it goes on, above what was held before. */
async function addedWhile(gateway: Gateway, transfer: () => Promise<number>): Promise<Added> {
  const before = residentBytesOf(gateway.pid);
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytesOf(gateway.pid));
  }, 25);
  const arrivedBytes = await transfer();
  clearInterval(timer);
  return { addedBytes: peak - before, arrivedBytes };
}

async function download(port: number, bytes: number): Promise<number> {
  const signal = AbortSignal.timeout(300_000);
  const request = http.get({ port, host: "127.0.0.1", path: "/up/large", agent: false, signal });
  const [answer] = (await once(request, "response")) as [http.IncomingMessage];
  const arrived = await readSlowly(answer);
  return answer.statusCode === 200 ? Math.min(arrived, bytes) : 0;
}

async function readSlowly(body: http.IncomingMessage): Promise<number> {
  let arrived = 0;
  let rested = 0;
  await sleep(restMs * 10); // At first it does not read at all.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    arrived += chunk.length;
    if (arrived - rested < restAfterBytes) continue;
    rested = arrived;
    await sleep(restMs);
  }
  return arrived;
}

/** Sends as fast as it is let; the service behind counts what arrives and says so. */
async function upload(port: number, bytes: number): Promise<number> {
  const socket = net.connect(port, "127.0.0.1");
  const answer = once(socket, "data", { signal: AbortSignal.timeout(300_000) });
  socket.write(`POST /slow/ HTTP/1.1\r\nHost: bench\r\nContent-Length: ${bytes}\r\n\r\n`);
  const block = Buffer.alloc(1024 ** 2, "x");
  for (let sent = 0; sent < bytes; sent += block.length) {
    if (!socket.write(block)) await Promise.race([once(socket, "drain"), answer]);
  }
  const [head] = (await answer) as [Buffer];
  socket.destroy();
  return Number(/x-arrived: (\d+)/i.exec(head.toString("latin1"))?.[1] ?? 0);
}

async function startSlowReader(): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = http.createServer((request, response) => {
    void readSlowly(request).then((arrived) => {
      response.setHeader("x-arrived", arrived).end("counted");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  return { port, close: () => server.close().closeAllConnections() };
}
