/** The least that Node can do: bytes both ways, each caller with a connection of its own. */
import net from "node:net";
import tls from "node:tls";
import { settings } from "./arguments.ts";

const { hostname: host, port } = new URL(settings.target);
const readBytesMax = 64 * 1024;

function proxy(caller: net.Socket): void {
  const buffer = Buffer.allocUnsafeSlow(readBytesMax);
  const passOn = (count: number): boolean => {
    // The buffer is read into again before this is written.
    if (caller.write(Buffer.from(buffer.subarray(0, count)))) return true;
    caller.once("drain", () => service.resume());
    return false;
  };
  const onread = { buffer, callback: passOn };
  const service = net.connect({ host, port: Number(port), noDelay: true, onread });
  caller.on("data", (bytes) => {
    if (service.write(bytes)) return;
    caller.pause();
    service.once("drain", () => caller.resume());
  });
  for (const [one, other] of [
    [caller, service],
    [service, caller],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}

const server =
  settings.tls === undefined
    ? net.createServer({ noDelay: true }, proxy)
    : tls.createServer({ ...settings.tls, noDelay: true }, proxy);
server.listen(settings.port, "127.0.0.1", 4096);
