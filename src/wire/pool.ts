/**
 * The connections of one worker to one instance: the most recently used idle one is taken first,
 * new ones are opened up to a limit, and who comes later waits in order.
 */
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { assert } from "#base/assert.ts";
import type { Limits, Timeouts } from "#base/limits.ts";
import { atTurnEnd, type Platform } from "#base/platform.ts";
import type { RawFraming } from "#base/raw-framing.ts";
import { Addresses } from "./addresses.ts";
import { ClientConnection } from "./client-connection.ts";
import type { UpstreamEnd, UpstreamFailure, UpstreamListener } from "./ends.ts";
import { RawConnection } from "./raw-connection.ts";
import { secureOptions, type PoolTls } from "./tls-options.ts";

export interface PoolTarget {
  /** Host name or address; unused with `socketPath`. */
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  readonly tls: PoolTls | undefined;
  /** How messages are told apart where no HTTP is spoken. */
  readonly framing?: RawFraming | undefined;
}

export interface PoolContext {
  readonly platform: Platform;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly clock: { readonly nowMs: number };
}

/** Who waits for a connection. */
export interface Waiter extends UpstreamListener {
  onConnected(connection: UpstreamEnd): void;
}

/** What a pool must know of its connections. */
export interface PooledConnection extends UpstreamEnd {
  readonly usable: boolean;
  readonly remoteAddress: string | undefined;
  /** Coarse time since when it has been idle; kept by the pool. */
  idleSinceMs: number;
  /** How long the instance said it keeps the connection; 0: unsaid. */
  readonly keepAliveMs: number;
  begin(listener: UpstreamListener): void;
  /** The present exchange is the last one. */
  retire(): void;
}

export interface PooledContext {
  readonly limits: Limits;
  /** Puts the connection back among the idle ones. */
  readonly release: (connection: PooledConnection) => void;
  readonly onClosed: (connection: PooledConnection) => void;
}

/** Where requests for one instance get their connection, whatever protocol it speaks. */
export interface Pool {
  /**
   * A connection at once, or undefined: `onConnected` or `onUpstreamFailed` will follow.
   * @param fresh whether it must be a new one, because a kept one has just turned out stale.
   * @param isBeside whether that says nothing of the kept ones, which stay.
   */
  acquire(waiter: Waiter, fresh: boolean, isBeside?: boolean): UpstreamEnd | undefined;
  /** Forgets a waiter; a connection being opened for it is kept for others. */
  cancel(waiter: Waiter): void;
  onTick(nowMs: number): void;
  /** Ends what is idle now, and what is busy after its exchange. */
  close(): void;
}

/** An attempt to connect that nobody waits for any more is given up after that long. */
const connectMsMax = 30_000;
/** Idle connections are dropped this long before the instance said it would. */
const keepAliveMarginMs = 1_000;

export class ConnectionPool implements Pool {
  readonly #target: PoolTarget;
  readonly #secure: ConnectionOptions | undefined;
  readonly #context: PoolContext;
  readonly #addresses: Addresses;
  readonly #idle: PooledConnection[] = [];
  readonly #open = new Set<PooledConnection>();
  readonly #waiting: Waiter[] = [];
  /** Who waits for a new connection and must not get a kept one. */
  readonly #waitingFresh: Waiter[] = [];
  readonly #opening = new Map<Socket, number>();
  #resolving = 0;
  #closed = false;

  constructor(target: PoolTarget, context: PoolContext) {
    this.#target = target;
    this.#secure = target.tls === undefined ? undefined : secureOptions(target.tls, "http/1.1");
    this.#context = context;
    this.#addresses = new Addresses(target.host, context.platform, (addresses) => {
      for (const connection of this.#open) {
        if (!addresses.includes(connection.remoteAddress ?? "")) connection.retire();
      }
    });
  }

  acquire(waiter: Waiter, fresh: boolean, isBeside = false): UpstreamEnd | undefined {
    for (;;) {
      const connection = isBeside ? undefined : this.#idle.pop();
      if (connection === undefined) break;
      if (!connection.usable) continue;
      // What was idle for longer than the stale one is no better.
      if (fresh) {
        connection.retire();
        continue;
      }
      connection.begin(waiter);
      return connection;
    }
    (fresh ? this.#waitingFresh : this.#waiting).push(waiter);
    if (!this.#full) this.#openOne();
    return undefined;
  }

  get #full(): boolean {
    const count = this.#open.size + this.#opening.size + this.#resolving;
    return count >= this.#context.limits.instanceConnectionsMax;
  }

  /** Whether more wait than connections are being opened. */
  get #short(): boolean {
    const waiting = this.#waiting.length + this.#waitingFresh.length;
    return waiting > this.#opening.size + this.#resolving;
  }

  cancel(waiter: Waiter): void {
    for (const queue of [this.#waiting, this.#waitingFresh]) {
      const index = queue.indexOf(waiter);
      if (index >= 0) queue.splice(index, 1);
    }
    if (this.#closed) this.#stopOpening();
  }

  onTick(nowMs: number): void {
    if (this.#target.socketPath === undefined) this.#addresses.onTick(nowMs);
    const { instanceKeepAliveMs } = this.#context.timeouts;
    // The oldest stand first; those behind a fresh one are fresher still.
    for (;;) {
      const oldest = this.#idle[0];
      if (oldest === undefined) break;
      const saidMs = oldest.keepAliveMs === 0 ? Infinity : oldest.keepAliveMs - keepAliveMarginMs;
      const keptMs = Math.min(saidMs, instanceKeepAliveMs === 0 ? Infinity : instanceKeepAliveMs);
      if (oldest.usable && nowMs - oldest.idleSinceMs < keptMs) break;
      this.#idle.shift();
      oldest.retire();
    }
    for (const [socket, sinceMs] of this.#opening) {
      if (nowMs - sinceMs > connectMsMax) socket.destroy();
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#open) connection.retire();
    this.#stopOpening();
  }

  /** After `close`: attempts to connect that nobody waits for. */
  #stopOpening(): void {
    if (this.#waiting.length > 0 || this.#waitingFresh.length > 0) return;
    for (const socket of this.#opening.keys()) socket.destroy();
  }

  #openOne(): void {
    const { socketPath, port } = this.#target;
    if (socketPath !== undefined) return this.#connect({ path: socketPath }, 0);
    const host = this.#addresses.next();
    if (host !== undefined) return this.#connect({ host, port }, this.#addresses.count - 1);
    this.#resolving++;
    this.#addresses.first().then(
      (first) => {
        this.#resolving--;
        this.#connect({ host: first, port }, this.#addresses.count - 1);
      },
      (cause: unknown) => {
        this.#resolving--;
        this.#fail({ kind: "connect", cause });
        // Nobody else opens one for those who wait beyond the limit.
        if (this.#short) this.#openOne();
      },
    );
  }

  /** @param others how many more addresses of the instance are tried when this one fails. */
  #connect(where: { path: string } | { host: string; port: number }, others: number): void {
    const { platform, limits, clock } = this.#context;
    const secure = this.#secure;
    let opened: Socket | undefined;
    const dial = (buffer: Buffer, onRead: (count: number) => boolean): Socket => {
      const options = { ...where, noDelay: true, keepAlive: true, allowHalfOpen: true };
      if (secure === undefined) {
        const onread = { buffer, callback: onRead };
        return (opened = platform.sockets.connect({ ...options, onread }));
      }
      opened = platform.sockets.connectTls({ ...options, ...secure });
      return readInto(opened, buffer, onRead);
    };
    const pooled: PooledContext = {
      limits,
      release: (released) => this.#release(released),
      onClosed: (closed) => this.#forget(closed),
    };
    const { framing } = this.#target;
    const connection: PooledConnection =
      framing === undefined
        ? new ClientConnection(dial, secure !== undefined, pooled, clock.nowMs)
        : new RawConnection(dial, framing, pooled);
    const socket = opened as Socket;
    this.#opening.set(socket, clock.nowMs);
    let cause: unknown;
    socket.once("error", (failure) => (cause = failure));
    socket.once("close", () => {
      if (!this.#opening.delete(socket)) return;
      const host = others > 0 && this.#short ? this.#addresses.next() : undefined;
      if (host === undefined) this.#fail({ kind: "connect", cause });
      else this.#connect({ host, port: this.#target.port }, others - 1);
    });
    socket.once(secure === undefined ? "connect" : "secureConnect", () => {
      this.#opening.delete(socket);
      this.#open.add(connection);
      const waiter = this.#waitingFresh.shift();
      if (waiter === undefined) return this.#offer(connection);
      connection.begin(waiter);
      waiter.onConnected(connection);
    });
  }

  /**
   * A connection has done its exchange. Who waits does not get it at once: if the instance has
   * closed it behind the answer, that is read first, in the next turn.
   */
  #release(connection: PooledConnection): void {
    if (this.#waiting.length === 0) return this.#offer(connection);
    atTurnEnd(() => {
      atTurnEnd(() => {
        if (connection.usable) this.#offer(connection);
      });
    });
  }

  /** A connection is free: to the first who waits, else to the idle ones. */
  #offer(connection: PooledConnection): void {
    // One that must be new cannot be opened while all places are taken.
    if (this.#waitingFresh.length > 0 && this.#full) return connection.retire();
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) {
      connection.begin(waiter);
      waiter.onConnected(connection);
    } else if (this.#closed) connection.retire();
    else {
      connection.idleSinceMs = this.#context.clock.nowMs;
      this.#idle.push(connection);
    }
  }

  #forget(connection: PooledConnection): void {
    this.#open.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#short) this.#openOne();
  }

  #fail(failure: UpstreamFailure): void {
    (this.#waitingFresh.shift() ?? this.#waiting.shift())?.onUpstreamFailed(failure);
  }
}

/**
 * Not by `onread`: under TLS that is called again after it has asked for a pause, for what is
 * decrypted already, and would overwrite what the caller has not taken yet.
 */
function readInto(socket: Socket, buffer: Buffer, onRead: (count: number) => boolean): Socket {
  return socket.on("data", (bytes: Buffer) => {
    assert(bytes.length <= buffer.length, "what is decrypted at once fits into the buffer");
    if (!onRead(bytes.copy(buffer))) socket.pause();
  });
}
