/** What all connections of callers, of either protocol version, are given by their worker. */
import type { Socket } from "node:net";
import type { Limits, Timeouts } from "#base/limits.ts";
import type { CallerConnection, CallerEnd, CallerListener, Peer } from "./ends.ts";

export interface ServerContext {
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  /** Coarse time, renewed about ten times a second. */
  readonly clock: { readonly nowMs: number };
  /** Whether the worker is stopping: every answer then closes its connection. */
  readonly draining: boolean;
  readonly createExchange: (caller: CallerEnd) => CallerListener;
  /** Takes over a connection that opened with the HTTP/2 preface (RFC 9113 §3.4). */
  readonly takeHttp2: ((socket: Socket, peer: Peer, bytes: Buffer) => void) | undefined;
  readonly onClosed: (connection: CallerConnection) => void;
}
