/**
 * A gateway between callers and services of a test's own. When the test ends, everything is closed
 * in reverse order, and the gateway must have let go of every connection and ended every exchange.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "#base/platform.ts";
import type { Recorder } from "#gateway/recorder.ts";
import {
  startLoadedGateway,
  type LoadedGateway,
  type PlainConfiguration,
} from "#tests/support/gateway-under-test.ts";
import { openRaw, type RawConnection } from "#tests/support/raw-http.ts";

type Close = () => unknown;

const endings = new WeakMap<TestContext, Close[]>();

/** Runs at the end of the test; what was registered last runs first. */
export function atEnd(t: TestContext, close: Close): void {
  let list = endings.get(t);
  if (list === undefined) {
    const own: Close[] = (list = []);
    endings.set(t, list);
    t.after(async () => {
      const failures: unknown[] = [];
      for (const one of own.reverse()) {
        try {
          await one();
        } catch (failure) {
          failures.push(failure);
        }
      }
      if (failures.length > 0) throw failures[0];
    });
  }
  list.push(close);
}

export interface StandOptions {
  /** Of the service `up`: `timeoutMs`, `bodyBytesMax` and so on; `instances` wins over `port`. */
  readonly service?: PlainConfiguration;
  readonly configuration?: PlainConfiguration;
  readonly platform?: Platform;
  readonly recorder?: Recorder;
}

/** A gateway with the service `up`, whose instance listens on `port`. */
export async function stand(
  t: TestContext,
  port: number,
  { service, configuration, platform, recorder }: StandOptions = {},
): Promise<LoadedGateway> {
  const up = { instances: [`http://127.0.0.1:${port}`], ...service };
  const loaded = await startLoadedGateway(
    {
      ...configuration,
      services: { up },
      timeouts: { drainMs: 100, ...(configuration?.["timeouts"] as object) },
    },
    platform,
    recorder,
  );
  atEnd(t, async () => {
    const held = await eventually(() => loaded.gateway.connectionCount === 0, 4_000);
    const { connectionCount } = loaded.gateway;
    await loaded.close();
    assert.ok(held, `${connectionCount} connections were left open`);
    const { begun, done } = loaded.exchanges();
    assert.equal(done, begun, "every exchange that began has ended");
  });
  return loaded;
}

/** Whether the condition came to hold within the time. */
export async function eventually(
  condition: () => boolean,
  withinMs = 2_000,
  everyMs = 5,
): Promise<boolean> {
  const untilMs = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > untilMs) return false;
    await pause(everyMs);
  }
  return true;
}

export interface RawService {
  readonly port: number;
  readonly server: net.Server;
  /** Every connection there has been, in order. */
  readonly sockets: readonly net.Socket[];
  /** How many connections the gateway has ended or reset. */
  readonly closed: () => number;
}

/** A service that does with each connection what the test says. */
export async function rawService(
  t: TestContext,
  onConnection: (socket: net.Socket, index: number) => void,
  where: net.ListenOptions = { port: 0, host: "127.0.0.1" },
): Promise<RawService> {
  const sockets: net.Socket[] = [];
  const gone = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("end", () => gone.add(socket));
    socket.on("close", () => gone.add(socket));
    onConnection(socket, sockets.length - 1);
  });
  server.listen(where);
  await once(server, "listening");
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return { port, server, sockets, closed: () => gone.size };
}

/** Answers with these bytes as soon as the empty line behind a head has come. */
export function answering(bytes: string | Buffer): (socket: net.Socket) => void {
  return (socket) => {
    let seen = "";
    socket.on("data", (chunk: Buffer) => {
      seen += chunk.toString("latin1");
      if (!seen.includes("\r\n\r\n")) return;
      seen = "";
      socket.write(bytes);
    });
  };
}

/** A service on Node's own server. */
export async function httpService(
  t: TestContext,
  listener: http.RequestListener,
  options: http.ServerOptions = {},
): Promise<{ readonly port: number; readonly server: http.Server }> {
  const server = http.createServer(options, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as net.AddressInfo).port, server };
}

/** A caller's connection, closed with the test. */
export async function caller(
  t: TestContext,
  port: number,
  methods: readonly string[] = [],
): Promise<RawConnection> {
  const connection = await openRaw(port, methods);
  atEnd(t, () => connection.close());
  return connection;
}

/** The head of a request to the service `up`, without its empty line if `fields` has none. */
export function get(path = "/", fields = ""): string {
  return `GET /up${path} HTTP/1.1\r\nHost: gateway\r\n${fields}\r\n`;
}

export function post(path: string, body: string, fields = ""): string {
  const length = `Content-Length: ${Buffer.byteLength(body, "latin1")}\r\n`;
  return `POST /up${path} HTTP/1.1\r\nHost: gateway\r\n${length}${fields}\r\n${body}`;
}

export function ok(body: string, fields = ""): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;
}

/** A port whose queue of connections is full, in a process that never takes one. */
export async function fullBacklog(t: TestContext): Promise<number> {
  const program =
    "import socket,sys,time\ns=socket.socket();s.bind(('127.0.0.1',0));s.listen(0)\n" +
    "print(s.getsockname()[1],flush=True)\ntime.sleep(60)";
  const child = spawn("python3", ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(String(line));
  const fillers = Array.from({ length: 4 }, () => net.connect(port, "127.0.0.1"));
  for (const filler of fillers) filler.on("error", () => {});
  await pause(100);
  atEnd(t, () => {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
  });
  return port;
}
