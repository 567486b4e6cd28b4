/** What netcat does: sends bytes over TCP and gives what comes back until the other side closes. */
import { connect } from "node:net";

export function askRaw(
  port: number,
  pieces: readonly (string | Buffer)[],
  { end = false, timeoutMs = 5_000 } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    let said = "";
    socket.setTimeout(timeoutMs, () => {
      socket.destroy();
      reject(new Error(`nothing more came; so far ${JSON.stringify(said)}`));
    });
    socket.on("error", reject);
    socket.on("data", (bytes) => (said += bytes.toString("latin1")));
    socket.on("end", () => {
      socket.end();
      resolve(said);
    });
    socket.on("connect", async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((goOn) => setTimeout(goOn, 5));
      }
      if (end) socket.end();
    });
  });
}
