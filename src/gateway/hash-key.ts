/** What tells requests apart that are to meet the same instance. */
import type { SeenExchange } from "./seen-exchange.ts";

/** @param hashBy `caller`, `address`, `path`, or the name of a header. */
export function hashKeyOf(exchange: SeenExchange, hashBy: string): string {
  switch (hashBy) {
    case "caller":
      return exchange.callerName ?? exchange.address;
    case "address":
      return exchange.address;
    case "path":
      return exchange.caller.head.path;
    default:
      return exchange.field(hashBy.toLowerCase()) ?? exchange.address;
  }
}
