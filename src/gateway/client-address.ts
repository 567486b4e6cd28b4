/** Who asks, as an address: the nearest one that no trusted proxy stands at. */
import { addressOfHost } from "#base/ip-address.ts";
import type { Peer } from "#wire/ends.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";

/** Names beyond these say nothing that a proxy of ours could have added. */
const hopsMax = 32;

/**
 * `X-Forwarded-For` is read from its end, where those stand that we trust. What is no address (some
 * proxies write a port behind it) ends it: nothing behind it is believed.
 */
export function clientAddressOf(
  peer: Peer,
  head: RequestHead,
  trusts: (peer: Peer) => boolean,
): string {
  if (!head.has(fieldNames["x-forwarded-for"]) || !trusts(peer)) return peer.address;
  const names = (head.field("x-forwarded-for") ?? "").split(",").slice(-hopsMax);
  let nearest = peer.address;
  for (const name of names.toReversed()) {
    const address = addressOfHost(name.trim());
    if (address === undefined) return nearest;
    nearest = address;
    if (!trusts({ ...peer, address, trusted: false })) return nearest;
  }
  return nearest;
}
