/** The store of limits that a configuration declares; its code is loaded when there is one. */
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { LimitStore } from "#configuration/configuration.ts";
import type { KeptStore } from "#store/keep-store.ts";

export async function openStore(
  declared: LimitStore,
  platform: Platform,
  log: Log,
): Promise<KeptStore> {
  const { keepStore } = await import("#store/keep-store.ts");
  const { host, port, database, username, tls, password, ...options } = declared;
  const read = (path: string | undefined) =>
    path === undefined ? undefined : platform.files.read(path);
  const address = {
    ...{ host, port, database, username, password: password?.secret },
    tls: tls && {
      serverName: tls.serverName,
      ca: read(tls.caFile),
      cert: read(tls.certFile),
      key: read(tls.keyFile),
    },
  };
  return keepStore({ ...options, address }, platform, log);
}
