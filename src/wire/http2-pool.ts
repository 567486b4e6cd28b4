/**
 * The HTTP/2 connections of one worker to one instance: one session carries all requests, and
 * another is opened only when the instance takes no more streams on those there are.
 */
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { Addresses } from "./addresses.ts";
import type { UpstreamEnd } from "./ends.ts";
import { Http2ClientSession } from "./http2-client-session.ts";
import type { Pool, PoolContext, PoolTarget, Waiter } from "./pool.ts";
import { secureOptions } from "./tls-options.ts";

/** An attempt to connect that nobody waits for any more is given up after that long. */
const connectMsMax = 30_000;

export class Http2Pool implements Pool {
  readonly #target: PoolTarget;
  readonly #context: PoolContext;
  readonly #secure: ConnectionOptions | undefined;
  readonly #addresses: Addresses;
  readonly #sessions = new Set<Http2ClientSession>();
  readonly #opening = new Map<Socket, number>();
  readonly #waiting: Waiter[] = [];
  #resolving = 0;
  #closed = false;

  constructor(target: PoolTarget, context: PoolContext) {
    this.#target = target;
    this.#context = context;
    this.#secure = target.tls === undefined ? undefined : secureOptions(target.tls, "h2");
    this.#addresses = new Addresses(target.host, context.platform, (addresses) => {
      for (const session of this.#sessions) {
        if (!addresses.includes(session.remoteAddress ?? "")) session.retire();
      }
    });
  }

  acquire(waiter: Waiter): UpstreamEnd | undefined {
    for (const session of this.#sessions) if (session.hasRoom) return session.open(waiter);
    this.#waiting.push(waiter);
    this.#openIfNeeded();
    return undefined;
  }

  cancel(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter);
    if (index >= 0) this.#waiting.splice(index, 1);
    if (this.#closed) this.#stopOpening();
  }

  onTick(nowMs: number): void {
    if (this.#target.socketPath === undefined) this.#addresses.onTick(nowMs);
    const { instanceKeepAliveMs } = this.#context.timeouts;
    for (const session of this.#sessions) session.onTick(nowMs, instanceKeepAliveMs);
    for (const [socket, sinceMs] of this.#opening) {
      if (nowMs - sinceMs > connectMsMax) socket.destroy();
    }
    this.#openIfNeeded();
  }

  close(): void {
    this.#closed = true;
    for (const session of this.#sessions) session.retire();
    this.#stopOpening();
  }

  /** After `close`: attempts to connect that nobody waits for. */
  #stopOpening(): void {
    if (this.#waiting.length > 0) return;
    for (const socket of this.#opening.keys()) socket.destroy();
  }

  /** Whether one may still come in time: one that takes longer may be of a dead address. */
  get #isOpening(): boolean {
    const { clock, timeouts } = this.#context;
    const longestMs = timeouts.connectMs || connectMsMax;
    return [...this.#opening.values()].some((sinceMs) => clock.nowMs - sinceMs <= longestMs);
  }

  /** One at a time: what it will carry is not known before the instance's SETTINGS have come. */
  #openIfNeeded(): void {
    if (this.#waiting.length === 0 || this.#resolving > 0 || this.#isOpening) return;
    if (this.#sessions.size >= this.#context.limits.instanceConnectionsMax) return;
    for (const { isShut } of this.#sessions) if (isShut) return;
    const { socketPath, port } = this.#target;
    if (socketPath !== undefined) return this.#connect({ path: socketPath }, 0);
    const address = this.#addresses.next();
    if (address !== undefined) {
      return this.#connect({ host: address, port }, this.#addresses.count - 1);
    }
    this.#resolving++;
    this.#addresses.first().then(
      (host) => {
        this.#resolving--;
        this.#connect({ host, port }, this.#addresses.count - 1);
      },
      (cause: unknown) => {
        this.#resolving--;
        this.#fail(cause);
      },
    );
  }

  /** @param others how many more addresses of the instance are tried when this one fails. */
  #connect(where: { path: string } | { host: string; port: number }, others: number): void {
    const { platform, clock } = this.#context;
    const secure = this.#secure;
    const options = { ...where, noDelay: true, keepAlive: true };
    const socket =
      secure === undefined
        ? platform.sockets.connect(options)
        : platform.sockets.connectTls({ ...options, ...secure });
    this.#opening.set(socket, clock.nowMs);
    let cause: unknown;
    socket.on("error", (failure) => (cause ??= failure));
    socket.once("close", () => {
      if (this.#opening.delete(socket)) this.#tryOther(others, cause);
    });
    socket.once(secure === undefined ? "connect" : "secureConnect", () => {
      if (secure !== undefined && (socket as TLSSocket).alpnProtocol !== "h2") {
        socket.destroy(notOffered("ALPN did not agree on h2"));
      } else this.#begin(socket, others);
    });
  }

  #tryOther(others: number, cause: unknown): void {
    const host = others > 0 && this.#waiting.length > 0 ? this.#addresses.next() : undefined;
    if (host === undefined) this.#fail(cause);
    else this.#connect({ host, port: this.#target.port }, others - 1);
  }

  #begin(socket: Socket, others: number): void {
    const { limits, clock } = this.#context;
    const session = new Http2ClientSession(socket, limits, clock, {
      onReady: () => {
        this.#opening.delete(socket);
        this.#sessions.add(session);
        this.#serve(session);
        // Who has waited since before `close` is served all the same.
        if (this.#closed) session.retire();
      },
      onRoom: () => this.#serve(session),
      onClosed: (_session, cause) => {
        if (this.#opening.delete(socket)) {
          this.#tryOther(others, cause ?? notOffered("no SETTINGS came"));
        }
        this.#sessions.delete(session);
        this.#openIfNeeded();
      },
    });
  }

  #serve(session: Http2ClientSession): void {
    while (this.#waiting.length > 0 && session.hasRoom) {
      const waiter = this.#waiting.shift() as Waiter;
      waiter.onConnected(session.open(waiter));
    }
    this.#openIfNeeded();
  }

  /** All who wait learn of it: they waited for this one connection. */
  #fail(cause: unknown): void {
    const waiters = this.#waiting.splice(0);
    for (const waiter of waiters) waiter.onUpstreamFailed({ kind: "connect", cause });
  }
}

function notOffered(reason: string): Error {
  const error = new Error(`the instance does not speak HTTP/2: ${reason}`);
  return Object.assign(error, { code: "HTTP2_NOT_SPOKEN" });
}
