/**
 * The only door to time, randomness, sockets and files, so that a simulation can stand in for all.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
  watch,
  writeFileSync,
  writeSync,
  type FSWatcher,
} from "node:fs";
import { lookup, Resolver } from "node:dns/promises";
import net from "node:net";
import type tls from "node:tls";
import type http from "node:http";
import { hostname } from "node:os";
import { dirname } from "node:path";
import type { Disk, DiskFile, OpenMode } from "./disk.ts";
import * as late from "./late-modules.ts";
import type { Processes } from "./processes.ts";

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

/** When the callbacks of this turn of the event loop have run, and before it waits for more. */
export function atTurnEnd(run: () => void): void {
  setImmediate(run);
}

export interface Random {
  /** Cryptographically strong. */
  readonly bytes: (count: number) => Buffer;
}

export interface Sockets {
  readonly connect: (options: net.NetConnectOpts) => net.Socket;
  readonly connectTls: (options: tls.ConnectionOptions) => tls.TLSSocket;
  /** Begins a TLS handshake, as the server, on a connection that was accepted. */
  readonly secure: (socket: net.Socket, options: tls.TLSSocketOptions) => tls.TLSSocket;
  readonly createServer: (
    options: net.ServerOpts,
    onConnection: (socket: net.Socket) => void,
  ) => net.Server;
  /** For the admin port only; callers are served by wire. */
  readonly createHttpServer: (
    options: http.ServerOptions,
    onRequest: http.RequestListener,
  ) => http.Server;
  /** One exchange as a client, for the command line only; calls to services go through wire. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** All addresses of a host name, in the resolver's order. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** @param servers addresses, with ports if need be; empty: the system's. */
  readonly nameServers: (servers: readonly string[], timeoutMs: number) => NameServers;
}

/** Asks DNS servers, and nothing else: no hosts file. Rejects with the code of what went wrong. */
export interface NameServers {
  /** Of one family, each with how long it holds. */
  readonly addresses: (
    host: string,
    family: 4 | 6,
  ) => Promise<readonly { readonly address: string; readonly ttlS: number }[]>;
  readonly services: (name: string) => Promise<readonly ServiceRecord[]>;
}

/** An SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface Files {
  readonly read: (path: string) => Buffer;
  /** The first `bytesMax` bytes, however long the file (or device) is. */
  readonly readUpTo: (path: string, bytesMax: number) => Buffer;
  /** Writes a file that must not exist yet, and the folders above it. */
  readonly writeNew: (path: string, content: string | Buffer) => void;
  /** Puts another content in the place of a file in one step: nobody ever reads half of it. */
  readonly replace: (path: string, content: string) => void;
  readonly exists: (path: string) => boolean;
  /** A folder (or file), as long as it is the same one. Keeps no program alive. */
  readonly watch: (path: string, onChange: () => void) => FSWatcher;
  /** Differs when the file is another one, or was written; undefined: there is none. */
  readonly stamp: (path: string) => string | undefined;
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
    connectTls: (options) => late.tls().connect(options),
    secure: (socket, options) => {
      const secured = new (late.tls().TLSSocket)(socket, options);
      // As tls.Server does; otherwise node:http2 waits for the end of the handshake for ever.
      return secured.once("secure", () => Object.assign(secured, { secureConnecting: false }));
    },
    createServer: (options, onConnection) => net.createServer(options, onConnection),
    createHttpServer: (options, onRequest) => late.http().createServer(options, onRequest),
    fetch: (url, init) => fetch(url, init),
    resolve: async (host) => (await lookup(host, { all: true })).map((found) => found.address),
    nameServers,
  },
  files: {
    read: (path) => readFileSync(path),
    readUpTo,
    writeNew: (path, content) => {
      makeFolder(dirname(path), 0o777);
      writeFileSync(path, content, { flag: "wx" });
    },
    replace: (path, content) => {
      // A link stays one, and what it leads to is replaced.
      const file = realpathSync(path);
      const fresh = `${file}.${process.pid}.new`;
      writeFileSync(fresh, content, { flag: "wx", mode: statSync(file).mode });
      renameSync(fresh, file);
    },
    exists: existsSync,
    watch: (path, onChange) => watch(path, { persistent: false }, () => onChange()),
    stamp: (path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found && `${found.ino}:${found.size}:${found.mtimeMs}`;
    },
  },
};

function nameServers(servers: readonly string[], timeoutMs: number): NameServers {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    async addresses(host, family) {
      const found =
        family === 4
          ? await resolver.resolve4(host, { ttl: true })
          : await resolver.resolve6(host, { ttl: true });
      return found.map(({ address, ttl }) => ({ address, ttlS: ttl }));
    },
    services: (name) => resolver.resolveSrv(name),
  };
}

const openFlags: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/**
 * With the folders above it. Not by `recursive`, which never ends where a file system says of a
 * folder that is there that it has no place for another one, as /proc does.
 */
function makeFolder(folder: string, permissions = 0o755): void {
  try {
    mkdirSync(folder, { mode: permissions });
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
    const above = dirname(folder);
    if (codeOf(error) !== "ENOENT" || statSync(above, { throwIfNoEntry: false }) !== undefined) {
      throw error;
    }
    makeFolder(above, permissions);
    makeFolder(folder, permissions);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** For what must survive a power cut; everything else uses `files`. */
export const nodeDisk: Disk = {
  open: (path, mode, permissions = 0o644) =>
    diskFile(openSync(path, openFlags[mode], permissions), path),
  stat: (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { size: found.size, mode: found.mode & 0o777, isFolder: found.isDirectory() };
  },
  list: (folder) => readdirSync(folder).sort(),
  makeFolder,
  syncFolder: (folder) => {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  },
  rename: renameSync,
  link: linkSync,
  remove: unlinkSync,
};

/** Of the disk that a folder is on, for those who are not its administrator. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Kept open for a while: a sync in the background may still be waiting for them. */
const lingering: number[] = [];
const lingeringMax = 16;

function linger(handle: number): void {
  lingering.push(handle);
  if (lingering.length > lingeringMax) closeSync(lingering.shift() as number);
}

function diskFile(handle: number, path: string): DiskFile {
  /** Of its own, since an error is told once to each: `sync` must hear of every one. */
  let background: number | undefined;
  return {
    read(into, offset, length, position) {
      let done = 0;
      while (done < length) {
        const count = readSync(handle, into, offset + done, length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    },
    write: (from, offset, length, position) => writeSync(handle, from, offset, length, position),
    size: () => fstatSync(handle).size,
    truncate: (size) => ftruncateSync(handle, size),
    sync: () => fdatasyncSync(handle),
    startSync() {
      background ??= openSync(path, "r");
      fdatasync(background, () => {});
    },
    close() {
      if (background !== undefined) linger(background);
      background = undefined;
      closeSync(handle);
    },
  };
}

export const nodeProcesses: Processes = {
  self: () => ({
    host: hostname(),
    boot: readWord("/proc/sys/kernel/random/boot_id"),
    space: linkAt("/proc/self/ns/pid"),
    pid: process.pid,
    started: startOf(process.pid),
  }),
  isRunning: ({ pid, started }) => {
    if (started !== "") return startOf(pid) === started;
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  },
  hold,
};

const sqliteBusy = 5;
/** Somebody may just be looking whether it is held. */
const holdPatienceMs = 100;

/** Node has no call for locks of files; those of SQLite are the system's, and it writes nothing. */
function hold(path: string): (() => void) | "held" | undefined {
  try {
    for (;;) {
      closeSync(openSync(path, "a", 0o600));
      const { ino } = statSync(path);
      const { DatabaseSync } = late.sqlite();
      const file = new DatabaseSync(path, { timeout: holdPatienceMs });
      try {
        file.exec("PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE");
      } catch (error) {
        file.close();
        throw error;
      }
      const letGo = (): void => {
        if (existsSync(path)) unlinkSync(path);
        file.close();
      };
      // Who had it before has taken it away meanwhile: another one may hold what is there now.
      if (statSync(path, { throwIfNoEntry: false })?.ino === ino) return letGo;
      file.close();
    }
  } catch (error) {
    return (error as { readonly errcode?: unknown }).errcode === sqliteBusy ? "held" : undefined;
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Field 22 of stat; the name before it may hold blanks and brackets. */
function startOf(pid: number): string {
  const stat = readWord(`/proc/${pid}/stat`);
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended.
  return rest[0] === "Z" ? "" : (rest[19] ?? "");
}

function readWord(path: string): string {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return "";
  }
}

function readUpTo(path: string, bytesMax: number): Buffer {
  const chunks: Buffer[] = [];
  const file = openSync(path, "r");
  try {
    for (let left = bytesMax; left > 0;) {
      const chunk = Buffer.allocUnsafe(Math.min(left, 256 * 1024));
      const count = readSync(file, chunk, 0, chunk.length, null);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      left -= count;
    }
  } finally {
    closeSync(file);
  }
  return Buffer.concat(chunks);
}
