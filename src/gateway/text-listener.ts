/** A port for programs that speak no protocol: finds out who calls, by address or for the port. */
import type { Socket } from "node:net";
import { createAddressList } from "#base/address-list.ts";
import type { Platform } from "#base/platform.ts";
import type { RawFraming } from "#base/raw-framing.ts";
import type { TextListener } from "#configuration/configuration.ts";
import type { Peer } from "#wire/ends.ts";
import { createListener, type Listener, type ListenerContext } from "#wire/listener.ts";

export interface TextConnections {
  /** Undefined: the service has none, as it may be after a reload; connections are closed. */
  readonly framing: () => RawFraming | undefined;
  readonly add: (socket: Socket, peer: Peer, framing: RawFraming) => void;
}

export function createTextListener(
  platform: Platform,
  { caller, callers }: TextListener,
  common: ListenerContext,
  { framing, add }: TextConnections,
): Listener {
  const blocks = callers.map((one) => ({
    name: one.caller,
    holds: createAddressList([one.block]),
  }));
  const callerAt = (address: string): string | undefined =>
    blocks.find(({ holds }) => holds(address))?.name ?? caller;
  return createListener(platform, {
    get limits() {
      return common.limits;
    },
    get timeouts() {
      return common.timeouts;
    },
    clock: common.clock,
    get proxyProtocol() {
      return common.proxyProtocol;
    },
    tls: undefined,
    http2: false,
    refusal: undefined,
    onTurnedAway: () => common.onTurnedAway(),
    get connectionCount() {
      return common.connectionCount;
    },
    onConnection(socket, peer) {
      const frames = framing();
      if (frames === undefined) return void socket.destroy();
      const name = callerAt(peer.address);
      add(socket, name === undefined ? peer : { ...peer, caller: name }, frames);
    },
    onHttp2: (socket) => void socket.destroy(),
  });
}
