/** Server-sent events: nothing is held back, however the stream is framed. */
import assert from "node:assert/strict";
import type net from "node:net";
import test from "node:test";
import { caller, get, rawService, stand } from "./stand.ts";

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
const framings = {
  chunked: {
    head: `${head}Transfer-Encoding: chunked\r\n\r\n`,
    frame: (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`,
  },
  "close-delimited": { head: `${head}\r\n`, frame: (text: string) => text },
};

for (const [title, { head: start, frame }] of Object.entries(framings)) {
  for (const version of ["1.0", "1.1"]) {
    test(`each event of a ${title} stream arrives before the next is sent, HTTP/${version}`, async (t) => {
      let stream: net.Socket | undefined;
      const upstream = await rawService(t, (socket) => {
        stream = socket;
        socket.once("data", () => socket.write(start));
      });
      const { port } = await stand(t, upstream.port);
      const connection = await caller(t, port);
      await connection.send(get().replace("HTTP/1.1", `HTTP/${version}`));
      await connection.wait((seen) => seen.responses.length === 1);
      for (let count = 1; count <= 10; count++) {
        const event = `data: ${count}\n\n`;
        stream?.write(frame(event));
        const { received } = await connection.wait((seen) => seen.received.includes(event), 1_000);
        assert.ok(received.includes(event), `event ${count}`);
      }
      stream?.end(title === "chunked" ? "0\r\n\r\n" : "");
      const { responses } = await connection.wait((seen) => seen.responses[0]?.complete === true);
      assert.equal(responses[0]?.body.split("\n\n").length, 11);
    });
  }
}
