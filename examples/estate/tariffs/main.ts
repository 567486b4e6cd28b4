/**
 * A tariff program as they were written for the depot's terminals: it follows no protocol. A line
 * of fixed width comes over TCP, an answer goes back that ends with a line of one full stop.
 * Starts with PORT (9106) and HOST.
 */
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";

interface Tariff {
  readonly country: string;
  readonly name: string;
  readonly gramsMax: number;
  readonly baseCents: number;
  readonly centsPerKilogram: number;
  readonly days: number;
}

/** Columns of the file: country 2, name 20, grams 5, base 8, cents a kilogram 5, days 2. */
const lines = readFileSync(new URL("tariffs.dat", import.meta.url), "latin1")
  .trimEnd()
  .split("\n");
const tariffs: readonly Tariff[] = lines.map((line) => ({
  country: line.slice(0, 2),
  name: line.slice(2, 22),
  gramsMax: Number(line.slice(22, 27)),
  baseCents: Number(line.slice(27, 35)),
  centsPerKilogram: Number(line.slice(35, 40)),
  days: Number(line.slice(40, 42)),
}));

const digits = (value: number, width: number): string => String(value).padStart(width, "0");

/**
 * TARFccwwwwww: price and days for country cc and weight wwwwww in grams. LIST: all countries, a
 * line H, a line D for each, a line T with their number.
 */
function answer(record: string): string {
  if (record === "LIST") return list();
  const match = /^TARF([A-Z]{2})(\d{6})$/.exec(record);
  if (match === null) return "E01 BAD RECORD";
  const [, country, weight] = match;
  const grams = Number(weight);
  const tariff = tariffs.find((one) => one.country === country);
  if (tariff === undefined) return `E04 NO SUCH COUNTRY ${country}`;
  if (grams > tariff.gramsMax) return `E07 ${digits(tariff.gramsMax, 6)} TOO HEAVY FOR ${country}`;
  const cents = tariff.baseCents + Math.ceil(grams / 1_000) * tariff.centsPerKilogram;
  return `OK ${digits(cents, 8)}EUR${digits(tariff.days, 2)}`;
}

function list(): string {
  const details = tariffs.map(({ country, name, gramsMax, days }) => {
    return `D${country}${name}${digits(gramsMax, 6)}${digits(days, 2)}`;
  });
  return ["H20261101", ...details, `T${digits(details.length, 4)}`].join("\r\n");
}

function serve(socket: Socket): void {
  let held = "";
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    held += text;
    for (let end = held.indexOf("\n"); end >= 0; end = held.indexOf("\n")) {
      const record = held.slice(0, end).replace(/\r$/, "");
      held = held.slice(end + 1);
      socket.write(`${answer(record)}\r\n.\r\n`, "latin1");
    }
    // No record is longer.
    if (held.length > 80) socket.end("E01 BAD RECORD\r\n.\r\n");
  });
}

const host = process.env["HOST"] ?? "127.0.0.1";
const open = new Set<Socket>();
const server = createServer((socket) => {
  open.add(socket);
  socket.on("close", () => open.delete(socket));
  serve(socket);
});
server.listen(Number(process.env["PORT"] ?? 9106), host, () => {
  console.log(`tariffs listens on tcp://${host}:${(server.address() as AddressInfo).port}`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    for (const socket of open) socket.destroy();
  });
}
