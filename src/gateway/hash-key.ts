/** What tells requests apart that are to meet the same instance. */
import { isKnownCaller } from "#extension/counted-apart.ts";
import type { SeenExchange } from "./seen-exchange.ts";

/** @param hashBy `caller`, `address`, `path`, or the name of a header. */
export function hashKeyOf(exchange: SeenExchange, hashBy: string): string {
  switch (hashBy) {
    case "caller": {
      // Who has proved nothing is not one caller: all of them would meet one instance.
      const { callerName, address } = exchange;
      return isKnownCaller(callerName) ? callerName : address;
    }
    case "address":
      return exchange.address;
    case "path":
      return exchange.caller.head.path;
    default:
      return exchange.field(hashBy.toLowerCase()) ?? exchange.address;
  }
}
