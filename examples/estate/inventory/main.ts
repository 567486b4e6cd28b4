/**
 * The stock of the shop, in gRPC on @grpc/grpc-js. It is kept in memory: a start fills the shelves.
 * Starts with PORT (9104) and HOST.
 */
import { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

interface Stock {
  readonly sku: string;
  readonly available: number;
  readonly reserved: number;
  readonly place: "PLACE_SHELF" | "PLACE_CELLAR";
}

const stock = new Map<string, Stock>(
  [
    { sku: "TEA-ASSAM-250", available: 120, reserved: 0, place: "PLACE_SHELF" } as const,
    { sku: "TEA-SENCHA-100", available: 40, reserved: 0, place: "PLACE_SHELF" } as const,
    { sku: "POT-IRON-08", available: 6, reserved: 0, place: "PLACE_CELLAR" } as const,
  ].map((one) => [one.sku, one]),
);
const changes = new EventEmitter<Record<string, [Stock]>>();
changes.setMaxListeners(0);

type Unary<Request> = grpc.handleUnaryCall<Request, object>;

function unknown(sku: string): Partial<grpc.StatusObject> {
  return { code: grpc.status.NOT_FOUND, details: `there is no article ${sku}` };
}

const getStock: Unary<{ sku: string }> = ({ request: { sku } }, answer) => {
  const found = stock.get(sku);
  if (found === undefined) answer(unknown(sku));
  else answer(null, found);
};

const listStock: Unary<{ limit: number }> = ({ request: { limit } }, answer) => {
  const articles = [...stock.values()].toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
  answer(null, { articles: limit > 0 ? articles.slice(0, limit) : articles });
};

const reserveStock: Unary<{ sku: string; quantity: string }> = ({ request }, answer) => {
  const found = stock.get(request.sku);
  const quantity = Number(request.quantity);
  if (found === undefined) return answer(unknown(request.sku));
  if (!(quantity > 0)) {
    return answer({ code: grpc.status.INVALID_ARGUMENT, details: "quantity has to be above 0" });
  }
  if (quantity > found.available) {
    const details = `${found.available} of ${found.sku} are there, ${quantity} are wanted`;
    return answer({ code: grpc.status.FAILED_PRECONDITION, details });
  }
  const { available, reserved } = found;
  const left = { ...found, available: available - quantity, reserved: reserved + quantity };
  stock.set(left.sku, left);
  changes.emit(left.sku, left);
  answer(null, left);
};

const watchStock: grpc.handleServerStreamingCall<{ sku: string; changesMax: number }, Stock> = (
  call,
) => {
  const { sku, changesMax } = call.request;
  const found = stock.get(sku);
  if (found === undefined) return void call.emit("error", unknown(sku));
  let count = 0;
  const tell = (now: Stock): void => {
    call.write(now);
    if (++count === changesMax) call.end();
  };
  changes.on(sku, tell);
  for (const event of ["cancelled", "finish"]) call.on(event, () => changes.off(sku, tell));
  tell(found);
};

const proto = fileURLToPath(new URL("inventory.proto", import.meta.url));
const definition = loadSync(proto, { longs: String, enums: String, defaults: true });
const service = definition["shop.inventory.v1.Inventory"] as grpc.ServiceDefinition;
const server = new grpc.Server();
server.addService(service, { getStock, listStock, reserveStock, watchStock });

const host = process.env["HOST"] ?? "127.0.0.1";
const port = Number(process.env["PORT"] ?? 9104);
server.bindAsync(`${host}:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
  if (error !== null) {
    console.error(error.message);
    process.exitCode = 3;
    return;
  }
  console.log(`inventory listens on grpc://${host}:${bound}`);
});
process.on("SIGTERM", () => server.tryShutdown(() => process.exit(0)));
