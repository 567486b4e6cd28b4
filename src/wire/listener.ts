/**
 * Accepts connections and finds out who is at the other end: first a PROXY protocol header, then
 * the TLS handshake, each when configured. Until both are through, a connection is an arrival: it
 * counts towards the limit and has `timeouts.headMs`.
 */
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Limits, Timeouts } from "#base/limits.ts";
import { canonicalAddress } from "#base/ip-address.ts";
import type { Platform } from "#base/platform.ts";
import type { Peer } from "./ends.ts";
import { peerCertificateOf } from "./peer-certificate.ts";
import { parseProxyHeader, type ProxySource } from "./proxy-protocol.ts";
import type { TlsContexts } from "./tls-contexts.ts";

export interface ListenerContext {
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  /** Coarse time, renewed about ten times a second. */
  readonly clock: { readonly nowMs: number };
  readonly proxyProtocol: boolean;
  /** Undefined: plain TCP. Read anew for every handshake. */
  readonly tls: TlsContexts | undefined;
  /** Whether ALPN offers `h2` (RFC 9113 §3.2). */
  readonly http2: boolean;
  readonly connectionCount: number;
  /** In HTTP, for whom there is no room; undefined: they are closed without a word. */
  readonly refusal: (() => Buffer) | undefined;
  readonly onTurnedAway: () => void;
  readonly onConnection: (socket: Socket, peer: Peer) => void;
  /** A connection that agreed on HTTP/2 in its TLS handshake. */
  readonly onHttp2: (socket: Socket, peer: Peer) => void;
}

export interface Listener {
  /** Resolves to the port. `shared`: other workers listen on the same one. */
  listen(where: { host: string; port: number; shared: boolean }): Promise<number>;
  onTick(nowMs: number): void;
  /** Takes no more connections; those that have not arrived yet are dropped. */
  close(): void;
}

const backlog = 4096;

export function createListener(platform: Platform, context: ListenerContext): Listener {
  /** Connections on their way in, and since when. */
  const arrivals = new Map<Socket, number>();

  const server = platform.sockets.createServer(
    { noDelay: true, allowHalfOpen: true, keepAlive: true },
    (socket) => {
      const { proxyProtocol, tls } = context;
      const plain = !proxyProtocol && tls === undefined;
      if (context.connectionCount + arrivals.size >= context.limits.connectionsMax) {
        context.onTurnedAway();
        return turnAway(socket, plain ? context.refusal?.() : undefined);
      }
      if (plain) return context.onConnection(socket, peerOf(socket, undefined, false));
      arrivals.set(socket, context.clock.nowMs);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => arrivals.delete(socket));
      if (!proxyProtocol) return arrive(socket, undefined);
      readProxyHeader(socket, (source) => arrive(socket, source));
    },
  );

  function arrive(socket: Socket, source: ProxySource | undefined): void {
    const { tls } = context;
    if (tls !== undefined) return shakeHands(socket, tls, peerOf(socket, source, true));
    arrivals.delete(socket);
    context.onConnection(socket, peerOf(socket, source, false));
    socket.resume();
  }

  function shakeHands(socket: Socket, tls: TlsContexts, peer: Peer): void {
    const secured: TLSSocket = platform.sockets.secure(socket, {
      isServer: true,
      requestCert: tls.clients !== undefined,
      rejectUnauthorized: tls.clients?.required === true,
      secureContext: tls.first,
      SNICallback: (serverName, choose) => choose(null, tls.contextFor(serverName)),
      ALPNProtocols: context.http2 ? ["h2", "http/1.1"] : ["http/1.1"],
    });
    const onEnd = (): void => void secured.destroy();
    secured.on("error", () => secured.destroy());
    secured.on("end", onEnd);
    secured.once("secure", () => {
      secured.off("end", onEnd);
      if (!arrivals.delete(socket) || secured.destroyed) return;
      // RFC 9113 §9.2.1: a renegotiation could change who the caller is in mid-connection.
      secured.disableRenegotiation();
      const proven = tls.clients === undefined ? peer : withCertificate(peer, secured);
      if (proven === undefined) return void secured.destroy();
      if (secured.alpnProtocol === "h2") context.onHttp2(secured, proven);
      else context.onConnection(secured, proven);
    });
  }

  return {
    listen({ host, port, shared }) {
      return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port, backlog, reusePort: shared }, () => {
          server.off("error", reject);
          resolve((server.address() as AddressInfo).port);
        });
      });
    },
    onTick(nowMs) {
      const { headMs } = context.timeouts;
      if (headMs === 0) return;
      for (const [socket, sinceMs] of arrivals) if (nowMs - sinceMs > headMs) socket.destroy();
    },
    close() {
      server.close();
      for (const socket of arrivals.keys()) socket.destroy();
    },
  };
}

/** Undefined: what the client has shown does not hold. */
function withCertificate(peer: Peer, socket: TLSSocket): Peer | undefined {
  const certificate = peerCertificateOf(socket);
  return certificate === "refused" ? undefined : { ...peer, certificate };
}

/** Under TLS or behind a PROXY header nobody could read an answer before the handshake. */
function turnAway(socket: Socket, refusal: Buffer | undefined): void {
  socket.on("error", () => socket.destroy());
  if (refusal === undefined) socket.destroy();
  else socket.end(refusal, () => socket.destroy());
}

/** Takes the header off the front of the stream; what follows it is put back. */
function readProxyHeader(
  socket: Socket,
  onHeader: (source: ProxySource | undefined) => void,
): void {
  let gathered: Buffer | undefined;
  const stop = (): void => {
    socket.off("data", onData);
    socket.off("end", onEnd);
  };
  const onEnd = (): void => void socket.destroy();
  const onData = (bytes: Buffer): void => {
    gathered = gathered === undefined ? bytes : Buffer.concat([gathered, bytes]);
    const header = parseProxyHeader(gathered);
    if (header.kind === "incomplete") return;
    stop();
    if (header.kind === "fault") return void socket.destroy();
    socket.pause();
    if (header.length < gathered.length) socket.unshift(gathered.subarray(header.length));
    onHeader(header.source);
  };
  socket.on("data", onData);
  socket.on("end", onEnd);
}

function peerOf(socket: Socket, source: ProxySource | undefined, encrypted: boolean): Peer {
  const address = source?.address ?? socket.remoteAddress ?? "";
  return {
    address: canonicalAddress(address) ?? address,
    port: source?.port ?? socket.remotePort ?? 0,
    encrypted,
    // A balancer that names the caller says nothing about what that caller claims of others.
    trusted: false,
  };
}
