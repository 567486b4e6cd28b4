/** The whole estate on free ports, before it the gateway with the estate's own configuration. */
import { join } from "node:path";
import { freePort } from "#tests/support/free-port.ts";
import {
  root,
  startProgram,
  startService,
  temporaryFolder,
  type RunningProgram,
} from "./start-service.ts";

export interface RunningEstate {
  readonly gatewayUrl: string;
  readonly storefrontKey: string;
  readonly ordersKey: string;
  readonly payments: Interruptible;
  readonly billing: Interruptible;
  readonly close: () => Promise<void>;
}

export interface Interruptible {
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

export async function startEstate(): Promise<RunningEstate> {
  const folder = temporaryFolder();
  const storefrontKey = "storefront-test-key";
  const ordersKey = "orders-test-key";
  const [port, adminPort] = [await freePort(), await freePort()];
  const [paymentsPort, billingPort] = [await freePort(), await freePort()];
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const ordersEnv = {
    ORDERS_FILE: `${folder.path}/orders.sqlite`,
    GATEWAY_URL: gatewayUrl,
    ORDERS_KEY: ordersKey,
  };
  const billingEnv = { BILLING_FILE: `${folder.path}/billing.json`, PORT: String(billingPort) };
  const paymentsEnv = {
    PAYMENTS_FILE: `${folder.path}/payments.sqlite`,
    PORT: String(paymentsPort),
  };
  const storefrontEnv = { GATEWAY_URL: gatewayUrl, STOREFRONT_KEY: storefrontKey };
  const [ordersA, ordersB, storefront, tariffs, inventory, catalog, payments, billing] =
    await Promise.all([
      startService("orders", ordersEnv),
      startService("orders", ordersEnv),
      startService("storefront", storefrontEnv),
      startService("tariffs", {}),
      startService("inventory", {}),
      startService("catalog", {}),
      interruptible(() => startService("payments", paymentsEnv)),
      interruptible(() => startService("billing", billingEnv)),
    ]);
  const gateway = await startGateway(port, adminPort, {
    ESTATE_DATA: folder.path,
    STOREFRONT_KEY: storefrontKey,
    ORDERS_KEY: ordersKey,
    ORDERS_A_PORT: new URL(ordersA.url).port,
    ORDERS_B_PORT: new URL(ordersB.url).port,
    PAYMENTS_PORT: String(paymentsPort),
    BILLING_PORT: String(billingPort),
    STOREFRONT_PORT: new URL(storefront.url).port,
    TARIFFS_PORT: new URL(tariffs.url).port,
    INVENTORY_PORT: new URL(inventory.url).port,
    CATALOG_PORT: new URL(catalog.url).port,
  });
  return {
    gatewayUrl,
    storefrontKey,
    ordersKey,
    payments,
    billing,
    close: async () => {
      await gateway.stop();
      const others = [tariffs, inventory, catalog, payments, billing];
      const all = [ordersA, ordersB, storefront, ...others];
      await Promise.all(all.map((service) => service.stop()));
      folder.remove();
    },
  };
}

async function interruptible(start: () => Promise<RunningProgram>): Promise<Interruptible> {
  let running: RunningProgram | undefined = await start();
  return {
    stop: async () => {
      await running?.stop();
      running = undefined;
    },
    start: async () => {
      running = await start();
    },
  };
}

/** Its output says nothing that is promised, so /readyz is asked. */
async function startGateway(
  port: number,
  adminPort: number,
  env: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const config = join(root, "examples", "estate", "parlance.yaml");
  const script = join(root, "src", "cli", "main.ts");
  const ports = ["--port", String(port), "--admin-port", String(adminPort)];
  return startProgram([script, "start", "--config", config, ...ports], env, {
    answersAt: `http://127.0.0.1:${adminPort}/readyz`,
  });
}
