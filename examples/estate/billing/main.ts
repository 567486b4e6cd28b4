/**
 * Starts billing: `node main.ts`, with PORT (9102), HOST and BILLING_FILE. On PHP's SoapServer when
 * PHP with its soap extension is there, else on a SOAP library; BILLING_ENGINE=php or node decides.
 */
import { fileURLToPath } from "node:url";
import { startNodeServer } from "./node-server.ts";
import { hasPhpSoap, startPhp } from "./php.ts";

const options = {
  host: process.env["HOST"] ?? "127.0.0.1",
  port: Number(process.env["PORT"] ?? 9102),
  file:
    process.env["BILLING_FILE"] ?? fileURLToPath(new URL("../data/billing.json", import.meta.url)),
};
const engine = process.env["BILLING_ENGINE"] ?? (hasPhpSoap() ? "php" : "node");

if (engine === "php") await startPhp(options);
else startNodeServer(options);
