/** IP addresses as text: one way to write each, so that whoever counts or compares them may. */
import { isIP } from "node:net";

const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** RFC 5952; an IPv4 address in IPv6 form is that IPv4 address. Undefined: it is none. */
export function canonicalAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family !== 6) return family === 4 ? text : undefined;
  // A zone says something on one machine only.
  const [address = ""] = text.split("%");
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, high = "", low = ""] = mapped.exec(canonical) ?? [];
  if (high === "") return canonical;
  const octets = [high, low].flatMap((part) => {
    const value = Number.parseInt(part, 16);
    return [value >> 8, value & 0xff];
  });
  return octets.join(".");
}

/** With a port behind it or without, as proxies write it: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function addressOfHost(text: string): string | undefined {
  const [, inBrackets, bare] =
    /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([0-9.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return canonicalAddress(inBrackets ?? bare ?? text);
}

/**
 * What belongs to one subscriber: of IPv6 a whole /64 (RFC 4291 §2.5.4), in which it may take any
 * address. @param address in canonical form.
 */
export function subscriberOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const parts = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const rest = tail === "" ? [] : tail.split(":");
    while (parts.length + rest.length < 8) parts.push("0");
    parts.push(...rest);
  }
  return `${parts.slice(0, 4).join(":")}::/64`;
}

/** What never leaves this machine. @param host without brackets. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
