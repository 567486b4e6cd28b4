/** The billing service on the SOAP library of npm, for machines without PHP's soap extension. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { listen } from "soap";
import { openInvoices } from "./invoices.ts";
import { operationsOn, refuseWhatIsNotUnderstood } from "./operations.ts";

const folder = new URL("./", import.meta.url);
const schemas: Readonly<Record<string, string>> = {
  "/billing.xsd": "billing.xsd",
  "/common.xsd": "common.xsd",
};

export interface BillingOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly file: string;
}

export function startNodeServer({ host, port, file }: BillingOptions): void {
  const server = createServer((request, response) => {
    const schema = schemas[request.url ?? ""];
    if (request.url === "/health") {
      response.setHeader("content-type", "application/json");
      response.end('{"status":"up"}');
    } else if (schema !== undefined) {
      response.setHeader("content-type", "text/xml; charset=utf-8");
      response.end(readFileSync(new URL(schema, folder)));
    } else response.writeHead(404).end();
  });
  server.listen(port, host, () => {
    const url = `http://${host}:${(server.address() as AddressInfo).port}`;
    const soap = listen(server, {
      path: "/billing",
      xml: readFileSync(new URL("billing.wsdl", folder), "utf8").replace(
        "http://127.0.0.1:9102/billing",
        `${url}/billing`,
      ),
      uri: fileURLToPath(new URL("billing.wsdl", folder)),
      oneWay: { responseCode: 202 },
      services: { Billing: { BillingSoap11: operationsOn(openInvoices(file)) } },
      handleNilAsNull: true,
      suppressStack: true,
      // Not in the published type, yet read: texts stay texts, as numbers they would be rounded.
      customDeserializer: { long: asText, decimal: asText, date: asText, dateTime: asText },
      callback: () => console.log(`billing (soap of npm) listens on ${url}`),
    } as Parameters<typeof listen>[1]);
    soap.on("headers", refuseWhatIsNotUnderstood);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close(() => process.exit(0));
      server.closeIdleConnections();
    });
  }
}

function asText(text: string): string {
  return text;
}
