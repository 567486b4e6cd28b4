/** Starts the service: `node main.ts`, with PORT (9103), HOST and PAYMENTS_FILE. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createPayments } from "./server.ts";
import { openStore } from "./store.ts";

const file =
  process.env["PAYMENTS_FILE"] ??
  fileURLToPath(new URL("../data/payments.sqlite", import.meta.url));
const host = process.env["HOST"] ?? "127.0.0.1";
const store = openStore(file);
const server = createServer(createPayments(store));
server.listen(Number(process.env["PORT"] ?? 9103), host, () => {
  console.log(`payments listens on http://${host}:${(server.address() as AddressInfo).port}`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close(() => {
      store.close();
      process.exit(0);
    });
    server.closeIdleConnections();
  });
}
