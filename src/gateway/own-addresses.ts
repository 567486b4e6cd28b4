/** The few addresses on the gateway port that the gateway answers itself. */
import type { Exchange } from "./exchange.ts";
import type { GatewayContext } from "./gateway-context.ts";

/** @returns whether the request was for one of them, and is answered. */
export function answerOwn(exchange: Exchange, gateway: GatewayContext): boolean {
  const { head } = exchange.caller;
  const length = head.pathEnd - head.pathStart;
  // `/livez` and `/readyz`, and `*` or Max-Forwards: 0 with OPTIONS (RFC 9110 §7.6.2, §9.3.7).
  if (length === 6 && head.path === "/livez") {
    exchange.answer(200, "OK", "text/plain", "live\n");
    return true;
  }
  if (length === 7 && head.path === "/readyz") {
    if (gateway.draining) exchange.answer(503, "Service Unavailable", "text/plain", "draining\n");
    else exchange.answer(200, "OK", "text/plain", "ready\n");
    return true;
  }
  if (head.methodEnd - head.methodStart !== 7 || head.method !== "OPTIONS") return false;
  if (head.path !== "*" && head.field("max-forwards") !== "0") return false;
  exchange.answer(200, "OK", "text/plain", "");
  return true;
}
