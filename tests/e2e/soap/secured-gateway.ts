/** A gateway with WS-Security on both sides, and an instance that keeps what it gets. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { checkConfiguration } from "#app/check-configuration.ts";
import { standardExtensions } from "#app/standard-extensions.ts";
import type { Authentication } from "#gateway/exchange-record.ts";
import { createGateway } from "#gateway/gateway.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

export interface SeenCall {
  readonly caller: string | undefined;
  readonly authentication: Authentication;
  readonly operation: string | undefined;
  readonly status: number;
}

export interface Secured {
  /** `/soap/billing` on it. */
  readonly url: string;
  readonly origin: string;
  /** Exchanges that are over. */
  readonly seen: readonly SeenCall[];
  /** Bodies that the instance got. */
  readonly got: readonly string[];
}

const answer =
  '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>' +
  '<getInvoiceResponse xmlns="urn:example:billing"><invoice><id>4711</id><card>c</card>' +
  '<line><sku>a</sku><price currency="EUR">1.10</price></line></invoice></getInvoiceResponse>' +
  "</e:Body></e:Envelope>";

async function startInstance(context: Pick<TestContext, "after">, got: string[]): Promise<string> {
  const url = await listenHttp(context, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      got.push(Buffer.concat(chunks).toString());
      response.writeHead(200, { "content-type": "text/xml" }).end(answer);
    });
  });
  return `${url}/billing`;
}

/**
 * @param callers of parlance.yaml, indented by two.
 * @param service more of the service billing, indented by four.
 */
export async function startSecured(
  context: Pick<TestContext, "after">,
  folder: string,
  callers: string,
  service = "",
): Promise<Secured> {
  const got: string[] = [];
  const seen: SeenCall[] = [];
  const instance = await startInstance(context, got);
  writeFileSync(join(folder, "billing.wsdl"), billingWsdl);
  const path = join(folder, "parlance.yaml");
  const services = `  billing:\n    contract: billing.wsdl\n    instances: ["${instance}"]\n${service}`;
  writeFileSync(path, `version: 1\nservices:\n${services}\ncallers:\n${callers}\n`);
  const { files } = nodePlatform;
  const { revision, diagnostics } = await checkConfiguration({ path }, files, () => undefined);
  assert.ok(revision, JSON.stringify(diagnostics));
  const observer: Parameters<typeof createGateway>[1] = {
    onBegin: () => undefined,
    onRouted: () => undefined,
    onDone: ({ callerName: caller, authentication, operation, status }) => {
      seen.push({ caller, authentication, operation, status });
    },
  };
  const gateway = createGateway(nodePlatform, observer, revision, () => standardExtensions);
  const port = await gateway.listen({ host: "127.0.0.1", port: 0, shared: false });
  context.after(() => gateway.drain());
  const origin = `http://127.0.0.1:${port}`;
  return { url: `${origin}/soap/billing`, origin, seen, got };
}
