/**
 * A service that does so many things at once and lets the rest wait, without a bound, as services
 * do that nobody protects: `bounded-service.ts PORT AT_ONCE TOOK_MS`. SIGUSR2 makes it ten times
 * slower, and back. Answers tell in `instance` whose they are.
 */
import { createServer, type ServerResponse } from "node:http";

const [port = 0, atOnce = 1, tookMs = 10] = process.argv.slice(2).map(Number);
const waiting: ServerResponse[] = [];
let busy = 0;
let factor = 1;
process.on("SIGUSR2", () => (factor = factor === 1 ? 10 : 1));

function serve(answer: ServerResponse): void {
  busy += 1;
  setTimeout(() => {
    busy -= 1;
    answer.end('{"done":true}');
    const next = waiting.shift();
    if (next !== undefined) serve(next);
  }, tookMs * factor);
}

const server = createServer((_, answer) => {
  answer.setHeader("content-type", "application/json");
  answer.setHeader("instance", String(port));
  if (busy < atOnce) serve(answer);
  else waiting.push(answer);
});
server.keepAliveTimeout = 600_000;
server.listen(port, "127.0.0.1");
