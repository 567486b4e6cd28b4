/** The services of the estate as the demo runs them: what, where, with which environment. */
import { fileURLToPath } from "node:url";

export interface Station {
  readonly name: string;
  readonly url: string;
  readonly speaks: string;
}

export interface ServiceProgram extends Station {
  readonly port: number;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface EstateKeys {
  readonly storefront: string;
  readonly orders: string;
}

/** The same variables, with the same defaults, stand in parlance.yaml. */
const portsWithDefaults = {
  ORDERS_A_PORT: 9101,
  ORDERS_B_PORT: 9111,
  BILLING_PORT: 9102,
  PAYMENTS_PORT: 9103,
  STOREFRONT_PORT: 9100,
  TARIFFS_PORT: 9106,
  INVENTORY_PORT: 9104,
  CATALOG_PORT: 9105,
} as const;

export function serviceProgramsIn(
  dataFolder: string,
  gatewayUrl: string,
  keys: EstateKeys,
): readonly ServiceProgram[] {
  const ordersEnv = {
    ORDERS_FILE: `${dataFolder}/orders.sqlite`,
    GATEWAY_URL: gatewayUrl,
    ORDERS_KEY: keys.orders,
  };
  const inventory = program("inventory", "inventory", "INVENTORY_PORT", "gRPC", {});
  const tariffs = program("tariffs", "tariffs", "TARIFFS_PORT", "fixed width", {});
  return [
    program("orders-a", "orders", "ORDERS_A_PORT", "REST with JSON", ordersEnv),
    program("orders-b", "orders", "ORDERS_B_PORT", "REST with JSON", ordersEnv),
    program("billing", "billing", "BILLING_PORT", "SOAP 1.1", {
      BILLING_FILE: `${dataFolder}/billing.json`,
    }),
    program("payments", "payments", "PAYMENTS_PORT", "REST with XML", {
      PAYMENTS_FILE: `${dataFolder}/payments.sqlite`,
    }),
    program("storefront", "storefront", "STOREFRONT_PORT", "a web page", {
      GATEWAY_URL: gatewayUrl,
      STOREFRONT_KEY: keys.storefront,
    }),
    { ...tariffs, url: `tcp://127.0.0.1:${tariffs.port}` },
    { ...inventory, url: `grpc://127.0.0.1:${inventory.port}` },
    program("catalog", "catalog", "CATALOG_PORT", "GraphQL", {}),
  ];
}

function program(
  name: string,
  folder: string,
  portVariable: keyof typeof portsWithDefaults,
  speaks: string,
  env: Readonly<Record<string, string>>,
): ServiceProgram {
  const port = portFrom(portVariable);
  return {
    name,
    port,
    speaks,
    url: `http://127.0.0.1:${port}`,
    script: fileURLToPath(new URL(`../${folder}/main.ts`, import.meta.url)),
    env: { ...env, PORT: String(port), HOST: "127.0.0.1" },
  };
}

function portFrom(variable: keyof typeof portsWithDefaults): number {
  const text = process.env[variable];
  if (text === undefined || text === "") return portsWithDefaults[variable];
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new RangeError(`${variable} is "${text}"; expected a port from 1 to 65535`);
}
