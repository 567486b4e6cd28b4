/**
 * One connection to a Valkey or Redis server, from its handshake to its end. The library that
 * speaks with it is loaded here, so that a gateway without such a server does without; it opens its
 * sockets by itself, and opens none again: that is up to the keeper.
 */
import { hash } from "node:crypto";
import { expectedPeer } from "#base/expected-peer.ts";
import type { Timers } from "#base/platform.ts";
import type { StoreScript } from "#base/shared-store.ts";

export interface StoreAddress {
  /** Of the server, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP. */
  readonly tls: StoreTls | undefined;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

interface StoreTls {
  readonly serverName: string;
  /** PEM. */
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

export interface StoreConnection {
  /** Rejects with what the server said, or with what became of the connection. */
  readonly run: (script: StoreScript, key: string, numbers: readonly number[]) => Promise<unknown>;
  /** Rejects where it shakes hands, but keeps nothing or runs no scripts: a replica, for one. */
  readonly probe: (key: string) => Promise<unknown>;
  /** At once; what is under way rejects. */
  readonly destroy: () => void;
}

/** What waits for answers of a server that gives none. */
const commandsMax = 10_000;

/** @param onLost once, when a connection that was there is none any more. */
export async function openConnection(
  { host, port, tls, database, username, password }: StoreAddress,
  connectMs: number,
  onLost: (error: unknown) => void,
  timers: Timers,
): Promise<StoreConnection> {
  const { createClient } = await import("@redis/client");
  const socket = { host, port, connectTimeout: connectMs, reconnectStrategy: false } as const;
  const client = createClient({
    RESP: 2,
    database,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: commandsMax,
    socket: tls === undefined ? socket : { ...socket, ...securedBy(tls) },
  });
  let isOpen = false;
  client.on("error", (error: unknown) => {
    if (isOpen) onLost(error);
  });
  const destroy = (): void => {
    isOpen = false;
    client.destroy();
  };
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stop = timers.after(connectMs, () =>
    reject(new Error(`no handshake within ${connectMs} ms`)),
  );
  try {
    await Promise.race([client.connect(), late]);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    stop();
  }
  isOpen = true;
  return {
    async run({ source }, name, numbers) {
      const given = ["1", name, ...numbers.map(String)];
      try {
        return await client.sendCommand(["EVALSHA", digestOf(source), ...given]);
      } catch (error) {
        // It does not know the script (yet): it was started anew.
        if (!String(error).includes("NOSCRIPT")) throw error;
        return await client.sendCommand(["EVAL", source, ...given]);
      }
    },
    probe: (name) => client.sendCommand(["EVAL", probeSource, "1", name]),
    destroy,
  };
}

function securedBy({ serverName, ca, cert, key }: StoreTls) {
  return {
    tls: true,
    ...expectedPeer(serverName),
    ...(ca && { ca }),
    ...(cert && { cert, key }),
  } as const;
}

/** It is gone before anybody looks. */
const probeSource = "return redis.call('SET', KEYS[1], '1', 'PX', '1000')";

const digests = new Map<string, string>();

function digestOf(source: string): string {
  const found = digests.get(source) ?? hash("sha1", source);
  digests.set(source, found);
  return found;
}
