/** Starts one instance: `node main.ts`, with PORT (9101), HOST and ORDERS_FILE. */
import { fileURLToPath } from "node:url";
import { createOrders } from "./server.ts";

const file =
  process.env["ORDERS_FILE"] ?? fileURLToPath(new URL("../data/orders.sqlite", import.meta.url));
const app = createOrders(file);
const url = await app.listen({
  port: Number(process.env["PORT"] ?? 9101),
  host: process.env["HOST"] ?? "127.0.0.1",
});
console.log(`orders listens on ${url}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void app.close().then(() => process.exit(0)));
}
