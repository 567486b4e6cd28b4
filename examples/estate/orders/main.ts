/**
 * Starts one instance: `node main.ts`, with PORT (9101), HOST and ORDERS_FILE; with GATEWAY_URL and
 * ORDERS_KEY it has invoices from billing.
 */
import { fileURLToPath } from "node:url";
import { createBilling } from "./billing.ts";
import { createOrders } from "./server.ts";

const file =
  process.env["ORDERS_FILE"] ?? fileURLToPath(new URL("../data/orders.sqlite", import.meta.url));
const url = process.env["GATEWAY_URL"];
const billing =
  url === undefined ? undefined : createBilling({ url, key: process.env["ORDERS_KEY"] ?? "" });
const app = createOrders({ file, billing });
const address = await app.listen({
  port: Number(process.env["PORT"] ?? 9101),
  host: process.env["HOST"] ?? "127.0.0.1",
});
console.log(`orders listens on ${address}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void app.close().then(() => process.exit(0)));
}
