/** Who asks, as an address: the nearest one that no trusted proxy stands at. */
import { isIP } from "node:net";
import type { Peer } from "#wire/ends.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";

/** Names beyond these say nothing that a proxy of ours could have added. */
const hopsMax = 32;

/**
 * `X-Forwarded-For` is read from its end, where those stand that we trust. What is no address ends
 * it: nothing behind it is believed.
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
    const address = name.trim();
    if (isIP(address) === 0) return nearest;
    nearest = address;
    if (!trusts({ ...peer, address, trusted: false })) return nearest;
  }
  return nearest;
}
