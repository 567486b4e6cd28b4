/**
 * What one exchange costs in JavaScript alone: a request and its answer through a whole gateway.
 * Run: `node bench/micro/exchange.ts [--tiny]`; prints CPU nanoseconds an exchange.
 */
import { benchRevision } from "./revision.ts";
import { runExchanges } from "./stub-gateway.ts";

const revision = benchRevision();
const tiny = process.argv.includes("--tiny");
const count = tiny ? 1_000 : 1_000_000;
await runExchanges(revision, tiny ? 100 : 200_000);
for (let round = 0; round < (tiny ? 1 : 5); round++) {
  const before = process.cpuUsage();
  await runExchanges(revision, count);
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({ exchanges: count, cpuNsPerExchange: ((user + system) * 1e3) / count }),
  );
}
process.exit(0);
