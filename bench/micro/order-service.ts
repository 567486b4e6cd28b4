/** A service with a contract, and 1 KB each way for policies that read messages. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkConfiguration } from "#app/check-configuration.ts";
import { standardProtocols } from "#app/standard-protocols.ts";
import { nodePlatform } from "#base/platform.ts";
import { orderJson, orderOpenApi } from "#bench/translate/documents.ts";
import type { Revision } from "#configuration/configuration.ts";
import type { StubTraffic } from "./stub-gateway.ts";

/** @param policies of the service. */
export async function orderRevision(policies: readonly object[]): Promise<Revision> {
  const folder = mkdtempSync(join(tmpdir(), "parlance-bench-"));
  try {
    writeFileSync(join(folder, "orders.json"), orderOpenApi);
    const path = join(folder, "parlance.yaml");
    const orders = { contract: "orders.json", instances: ["http://127.0.0.1:9000"], policies };
    const plain = { version: 1, callers: "open", ledger: "off", services: { orders } };
    writeFileSync(path, JSON.stringify(plain));
    const { revision, diagnostics } = await checkConfiguration(
      { path },
      nodePlatform.files,
      () => undefined,
    );
    if (revision === undefined) throw new Error(JSON.stringify(diagnostics));
    return revision;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const body = orderJson();

export const orderTraffic: StubTraffic = {
  protocols: standardProtocols,
  request: Buffer.from(
    "POST /orders/submit HTTP/1.1\r\nHost: api.example.org:8080\r\nAccept: */*\r\n" +
      "User-Agent: bench/1.0\r\nContent-Type: application/json\r\n" +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  ),
  answer: Buffer.from(
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Wed, 25 Nov 2026 08:00:00 GMT\r\n" +
      "Content-Type: application/json\r\nConnection: keep-alive\r\n" +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  ),
};
