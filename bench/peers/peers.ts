/** All proxies that are compared, in the order of the table. A new one is a file and a line. */
import { caddy } from "./caddy.ts";
import { haproxyHttp, haproxyTcp } from "./haproxy.ts";
import { nginxDefault, nginxTuned } from "./nginx.ts";
import { nodePeers } from "./node-peers.ts";
import { parlance, parlanceGuarded } from "./parlance.ts";
import type { Peer } from "./peer.ts";

/** Ratios are to this one. */
export const referenceId = nginxTuned.id;

export const peers: readonly Peer[] = [
  nginxTuned,
  parlance,
  parlanceGuarded,
  nginxDefault,
  haproxyHttp,
  haproxyTcp,
  caddy,
  ...nodePeers,
];
