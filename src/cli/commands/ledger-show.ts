/** `parlance ledger show`: everything about one exchange. */
import { isProblem, type Problem } from "#base/problem.ts";
import { actorOf } from "#cli/actor.ts";
import { exitCode, UsageError, type Command, type CommandInput } from "#cli/command.ts";
import { entryLine } from "#cli/entry-line.ts";
import { adminUrl, endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { count, harmless, print, printJson } from "#cli/print.ts";
import type { LedgerFolders } from "#app/ledger/ledger-folders.ts";
import type { ShownExchange, ShownPart } from "#app/ledger/show-exchange.ts";

export const ledgerShow: Command = {
  name: "ledger show",
  summary: "Shows everything about one exchange: its entries, its children, its bodies.",
  description: [
    "Children are exchanges that services asked for in the course of it. Bodies are shown with " +
      "--bodies where they were captured; that somebody has read them becomes an entry of the " +
      "ledger first, so a running gateway is asked on its admin port.",
  ],
  positionals: [
    { name: "EXCHANGE", description: "Its id (`Parlance-Exchange`).", isRequired: true },
  ],
  options: {
    ...ledgerOptions,
    bodies: { description: "Show the bodies, too, and put on record that they were read." },
    by: { value: "NAME", description: "Who reads them. Default: the user of this session." },
    admin: { value: "URL", description: "The gateway's admin port. Default: as configured." },
  },
  examples: [
    "parlance ledger show 0199f3a27c1b7d4e9a550c7e6f1b2a3d",
    "parlance ledger show 0199f3a27c1b7d4e9a550c7e6f1b2a3d --bodies --json",
  ],
  exitCodes: {
    findings: "there is no such exchange on record, or the ledger is damaged",
    refused: "the ledger, its gateway or the configuration cannot be reached",
  },
  async run(input) {
    const exchange = (input.positionals[0] ?? "").replaceAll("-", "").toLowerCase();
    if (!/^[0-9a-f]{32}$/.test(exchange)) {
      const expected = "expected the 32 hexadecimal digits of Parlance-Exchange";
      throw new UsageError(`EXCHANGE is ${JSON.stringify(input.positionals[0])}; ${expected}`);
    }
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const shown = input.flag("bodies")
      ? await showOnRecord(input, folders, exchange)
      : await showFiles(folders, exchange, false);
    if (isProblem(shown)) return endWith(input, shown);
    if (input.json) printJson(shown);
    else printShown(shown);
    return exitCode.fine;
  },
};

async function showFiles(
  folders: LedgerFolders,
  exchange: string,
  bodies: boolean,
): Promise<ShownExchange | Problem> {
  const { readExchange } = await import("#app/ledger/read-exchange.ts");
  return readExchange(folders, exchange, bodies);
}

async function showOnRecord(
  input: CommandInput,
  folders: LedgerFolders,
  exchange: string,
): Promise<ShownExchange | Problem> {
  const by = actorOf(input);
  const { holderOf } = await import("#app/ledger/erase-stopped.ts");
  const holder = holderOf(folders.path);
  if (isProblem(holder)) return holder;
  if (holder !== undefined) {
    const { askGateway } = await import("#app/ledger/ask-gateway.ts");
    const query = new URLSearchParams({ bodies: "true", by });
    const path = `/api/v1/ledger/exchanges/${exchange}?${query.toString()}`;
    const asked = await askGateway(await adminUrl(input), holder, "GET", path);
    return isProblem(asked) ? asked : (asked as unknown as ShownExchange);
  }
  const { withStoppedLedger } = await import("#app/ledger/stopped-ledger.ts");
  const noted = withStoppedLedger(folders, ({ append }) =>
    append({ kind: "read", command: "exchange, bodies", actor: by, query: "", exchange }),
  );
  return isProblem(noted) ? noted : showFiles(folders, exchange, true);
}

function printShown({ exchange, entries, children, more, bodies }: ShownExchange): void {
  for (const one of entries) {
    print(entryLine(one));
    for (const [name, value] of Object.entries(one.entry)) {
      print(harmless(`          ${name}: ${JSON.stringify(value)}`));
    }
  }
  if (children.length > 0) print(`${count(children.length, "exchange")} in its course:`);
  for (const one of children) print(entryLine(one));
  if (more) print(`there may be more: parlance ledger tail --parent ${exchange}`);
  const trace = entries.flatMap(({ entry }) => ("trace" in entry ? [String(entry.trace)] : []))[0];
  if (trace !== undefined) print(`all of its trace: parlance ledger tail --trace ${trace}`);
  if (bodies === undefined) return;
  if ("refused" in bodies && typeof bodies.refused === "string") {
    print(harmless(`bodies: ${bodies.refused}`));
    return;
  }
  for (const [name, part] of Object.entries(bodies as Readonly<Record<string, ShownPart>>)) {
    const marks = (["masked", "cut", "withheld"] as const).filter((mark) => part[mark] === true);
    print(`${name}, ${part.bytes} bytes${marks.map((mark) => `, ${mark}`).join("")}:`);
    // Set in, so that no line of a body passes for one of ours.
    const lines = harmless(part.text ?? `base64 ${part.base64 ?? ""}`).split("\n");
    print(lines.map((line) => `  ${line}`).join("\n"));
  }
}
