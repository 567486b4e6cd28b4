/** The filters of entries that commands share. */
import { nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { filterNames, parseFilter, type EntryFilter } from "#app/ledger/entry-filter.ts";
import { UsageError, type CommandInput, type Option } from "./command.ts";

const described: Readonly<Record<(typeof filterNames)[number], readonly [string, string]>> = {
  from: ["TIME", "Not before: 2026-11-25T12:00:00Z, or how long ago: 90s, 15m, 2h, 7d."],
  to: ["TIME", "Not after."],
  kind: ["KIND", "exchange, intent, start, stop, revision, read, erasure, gap, key or lost."],
  service: ["NAME", "Exchanges with this service."],
  operation: ["NAME", "Calls of this operation."],
  caller: ["NAME", "Exchanges of this caller."],
  exchange: ["ID", "Entries of this exchange."],
  parent: ["ID", "Exchanges that were asked for in the course of this one."],
  trace: ["ID", "Exchanges of this trace, also of one that began before the gateway."],
  instance: ["URL", "Exchanges with this instance."],
  key: ["N", "Whose caller, which has several keys, showed its first, second, ... one."],
  status: ["STATUS", "With this status, or one of its class: 404, 5xx."],
  fault: [
    "FAULT",
    "With this kind of fault, or broken by: client, gateway, service, policy; or any.",
  ],
};

export const filterOptions: Readonly<Record<string, Option>> = Object.fromEntries(
  filterNames.map((name) => {
    const [value, description] = described[name];
    return [name, { value, description }];
  }),
);

export function filterOf(input: CommandInput): EntryFilter {
  const filter = parseFilter((name) => input.text(name), nodePlatform.clock.nowMs());
  if (isProblem(filter)) throw new UsageError(`--${filter.detail}`);
  return filter;
}
