/** Ports for programs that are told theirs before they start. */
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const lowest = 10_000;
const highest = 65_535;
/** Fewer than these would soon be chosen twice. */
const fewest = 2_000;

/**
 * A port of 127.0.0.1 that nothing listens on. It lies outside the range from which the system
 * itself takes ports, where there is room, so that no connection is given it meanwhile.
 */
export async function freePort(): Promise<number> {
  const [from, to] = rangeOutside(systemRange());
  for (;;) {
    const port = randomInt(from, to + 1);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

type Range = readonly [from: number, to: number];

/** The larger part beside the system's range; all ports when that leaves too few. */
export function rangeOutside([from, to]: Range): Range {
  const below: Range = [lowest, from - 1];
  const above: Range = [to + 1, highest];
  const larger = sizeOf(below) >= sizeOf(above) ? below : above;
  return sizeOf(larger) >= fewest ? larger : [lowest, highest];
}

function sizeOf([from, to]: Range): number {
  return to - from + 1;
}

/** What Linux says (ip(7)); elsewhere the dynamic ports by IANA. */
function systemRange(): Range {
  try {
    const text = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
    const [from = 0, to = 0] = text.trim().split(/\s+/).map(Number);
    return [from, to];
  } catch {
    return [49_152, 65_535];
  }
}
