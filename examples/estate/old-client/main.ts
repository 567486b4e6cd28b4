/**
 * The old client, `node main.ts` with GATEWAY_URL and CLIENT_KEY: on PHP's SoapClient when PHP has
 * its soap extension, else on a SOAP library; CLIENT_ENGINE=php or node decides.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { hasPhpSoap } from "#examples/estate/billing/php.ts";
import { placeOrder } from "./place-order.ts";

const engine = process.env["CLIENT_ENGINE"] ?? (hasPhpSoap() ? "php" : "node");

if (engine === "php") {
  const script = fileURLToPath(new URL("place-order.php", import.meta.url));
  process.exitCode = spawnSync("php", [script], { stdio: "inherit" }).status ?? 1;
} else process.exitCode = await placeOrder();
