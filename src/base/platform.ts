/** The only door to time, randomness, sockets and files, so that a simulation can stand in for all. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, watch, type FSWatcher } from "node:fs";
import { lookup } from "node:dns/promises";
import net from "node:net";

export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Never goes back; milliseconds with a fraction, from an arbitrary origin. */
  readonly monotonicMs: () => number;
}

/** Stops a timer. */
export type Cancel = () => void;

export interface Timers {
  readonly after: (delayMs: number, run: () => void) => Cancel;
  readonly every: (periodMs: number, run: () => void) => Cancel;
}

export interface Random {
  /** Cryptographically strong. */
  readonly bytes: (count: number) => Buffer;
}

export interface Sockets {
  readonly connect: (options: net.NetConnectOpts) => net.Socket;
  readonly createServer: (
    options: net.ServerOpts,
    onConnection: (socket: net.Socket) => void,
  ) => net.Server;
  /** All addresses of a host name, in the resolver's order. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
}

export interface Files {
  readonly read: (path: string) => Buffer;
  readonly exists: (path: string) => boolean;
  readonly watch: (path: string, onChange: () => void) => FSWatcher;
}

export interface Platform {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly files: Files;
}

export const nodePlatform: Platform = {
  clock: { nowMs: Date.now, monotonicMs: () => performance.now() },
  timers: {
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    every: (periodMs, run) => {
      const timer = setInterval(run, periodMs);
      return () => clearInterval(timer);
    },
  },
  random: { bytes: randomBytes },
  sockets: {
    connect: (options) => net.connect(options),
    createServer: (options, onConnection) => net.createServer(options, onConnection),
    resolve: async (host) => (await lookup(host, { all: true })).map((found) => found.address),
  },
  files: {
    read: (path) => readFileSync(path),
    exists: existsSync,
    watch: (path, onChange) => watch(path, { persistent: false }, onChange),
  },
};
