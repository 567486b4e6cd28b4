/** Keys of the sample callers: from the environment, or made once and kept beside the data. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { EstateKeys } from "./stations.ts";

export function keysIn(dataFolder: string): EstateKeys {
  mkdirSync(dataFolder, { recursive: true });
  return {
    storefront: process.env["STOREFRONT_KEY"] || keptKey(`${dataFolder}/storefront.key`),
    orders: process.env["ORDERS_KEY"] || keptKey(`${dataFolder}/orders.key`),
  };
}

function keptKey(file: string): string {
  try {
    writeFileSync(file, randomBytes(16).toString("hex"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const key = readFileSync(file, "utf8").trim();
  if (!/^[\x21-\x7e]{8,200}$/.test(key)) throw new Error(`${file} does not hold a key; delete it`);
  return key;
}
