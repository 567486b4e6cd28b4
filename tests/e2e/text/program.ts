/** A program of the old kind: it takes what comes over TCP and says something. */
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";

export interface Program {
  readonly url: string;
  /** What came, piece by piece, up to what was answered. */
  readonly received: string[];
  readonly sockets: readonly Socket[];
  /** Decides what the next messages get; undefined: more is waited for. */
  answer: (received: string, socket: Socket) => string | Buffer | undefined;
}

/** Whatever it has said, it closes when the other side does. */
export async function startProgram(
  scope: Pick<TestContext, "after">,
  answer: Program["answer"],
): Promise<Program> {
  const received: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let held = "";
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      held += bytes.toString("latin1");
      const said = program.answer(held, socket);
      if (said === undefined) return;
      received.push(held);
      held = "";
      socket.write(said);
    });
    socket.on("end", () => {
      if (held !== "") received.push(held);
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const program: Program = { url: `tcp://127.0.0.1:${port}`, received, sockets, answer };
  return program;
}
