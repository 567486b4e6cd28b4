/** Starts the service: `node main.ts`, with GATEWAY_URL, STOREFRONT_KEY, PORT (9100) and HOST. */
import { createStorefront } from "./server.ts";

const key = process.env["STOREFRONT_KEY"];
if (key === undefined || key === "") {
  console.error("storefront: STOREFRONT_KEY is not set; it is the key that the gateway knows");
  process.exit(2);
}
const app = createStorefront({
  url: process.env["GATEWAY_URL"] ?? "http://127.0.0.1:8080",
  key,
});
const url = await app.listen({
  port: Number(process.env["PORT"] ?? 9100),
  host: process.env["HOST"] ?? "127.0.0.1",
});
console.log(`storefront listens on ${url}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void app.close().then(() => process.exit(0)));
}
