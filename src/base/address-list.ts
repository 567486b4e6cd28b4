/** Whether an IP address stands in one of some CIDR blocks. */
import { BlockList, isIP } from "node:net";

/** @param blocks as `parseCidr` gives them. An IPv4 address in IPv6 form is that IPv4 address. */
export function createAddressList(blocks: readonly string[]): (address: string) => boolean {
  if (blocks.length === 0) return () => false;
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", bits] = block.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
