/** The whole estate on free ports, before it the gateway with the estate's own configuration. */
import { join } from "node:path";
import {
  freePort,
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
  readonly payments: {
    readonly stop: () => Promise<void>;
    readonly start: () => Promise<void>;
  };
  readonly close: () => Promise<void>;
}

export async function startEstate(): Promise<RunningEstate> {
  const folder = temporaryFolder();
  const storefrontKey = "storefront-test-key";
  const ordersKey = "orders-test-key";
  const [port, adminPort, paymentsPort] = [await freePort(), await freePort(), await freePort()];
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const ordersFile = { ORDERS_FILE: `${folder.path}/orders.sqlite` };
  const paymentsEnv = {
    PAYMENTS_FILE: `${folder.path}/payments.sqlite`,
    PORT: String(paymentsPort),
  };
  const storefrontEnv = { GATEWAY_URL: gatewayUrl, STOREFRONT_KEY: storefrontKey };
  const [ordersA, ordersB, storefront, firstPayments] = await Promise.all([
    startService("orders", ordersFile),
    startService("orders", ordersFile),
    startService("storefront", storefrontEnv),
    startService("payments", paymentsEnv),
  ]);
  let payments: RunningProgram | undefined = firstPayments;
  const gateway = await startGateway(port, adminPort, {
    STOREFRONT_KEY: storefrontKey,
    ORDERS_KEY: ordersKey,
    ORDERS_A_PORT: new URL(ordersA.url).port,
    ORDERS_B_PORT: new URL(ordersB.url).port,
    PAYMENTS_PORT: String(paymentsPort),
    STOREFRONT_PORT: new URL(storefront.url).port,
  });
  return {
    gatewayUrl,
    storefrontKey,
    ordersKey,
    payments: {
      stop: async () => {
        await payments?.stop();
        payments = undefined;
      },
      start: async () => {
        payments = await startService("payments", paymentsEnv);
      },
    },
    close: async () => {
      await gateway.stop();
      await Promise.all([ordersA.stop(), ordersB.stop(), storefront.stop(), payments?.stop()]);
      folder.remove();
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
