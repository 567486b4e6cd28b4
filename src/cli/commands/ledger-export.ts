/** `parlance ledger export`: the ledger in a form that other tools read. */
import { resolve } from "node:path";
import { nodeDisk } from "#base/platform.ts";
import { didYouMean } from "#base/nearest.ts";
import { isProblem } from "#base/problem.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import { endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { complain, count, print, printJson } from "#cli/print.ts";
import { createProgressBar } from "#cli/progress-bar.ts";

export const ledgerExport: Command = {
  name: "ledger export",
  summary: "Writes the ledger in a form that other tools read.",
  description: [
    "tiles is the tree of files of C2SP tlog-tiles, as of the newest checkpoint: any verifier of " +
      "such logs can check it. ndjson is every entry as JSON, one a line, in entries.ndjson. " +
      "ocsf is every exchange as an event of OCSF (class 6003, API Activity), one a line, in " +
      "ocsf.ndjson. parquet is every entry in columns, a file a segment, for DuckDB and its kin.",
  ],
  positionals: [
    { name: "DIR", description: "A folder that is empty or does not exist.", isRequired: true },
  ],
  options: {
    ...ledgerOptions,
    as: { value: "FORM", description: "tiles (the default), ndjson, ocsf or parquet." },
  },
  examples: ["parlance ledger export ledger-tiles", "parlance ledger export out --as ndjson"],
  exitCodes: {
    findings: "the ledger is damaged, or the configuration has errors",
    refused: "a file cannot be read or written, or there is no checkpoint yet",
  },
  async run(input) {
    const folder = resolve(input.positionals[0] ?? "");
    const { exportForms, exportLedger } = await import("#app/ledger/export-ledger.ts");
    const form = input.text("as") ?? "tiles";
    const as = exportForms.find((one) => one === form);
    if (as === undefined) {
      const message = `--as is ${JSON.stringify(form)}; expected ${exportForms.join(", ")}`;
      throw new UsageError(message, didYouMean(form, exportForms));
    }
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const fault = faultOf(folder);
    if (fault !== undefined) {
      const message = `${folder} ${fault}; name a folder that is empty or does not exist`;
      if (input.json) printJson({ error: { code: "not-empty", message } });
      else complain(`parlance ledger export: ${message}`);
      return exitCode.refused;
    }
    const bar = createProgressBar("entries");
    const { path } = folders;
    const onProgress = (entries: number, size: number) => bar.show(entries, size);
    const result = await exportLedger({ path, folder, as, onProgress });
    bar.end();
    if (isProblem(result)) return endWith(input, result);
    if (input.json) printJson({ folder, as, ...result });
    else {
      const { entries, files, dropped, origin } = result;
      const gone = dropped === 0 ? "" : `; ${dropped} that were dropped are missing`;
      print(
        `wrote ${entries} entries of ${origin} into ${count(files, "file")} in ${folder}${gone}`,
      );
    }
    return exitCode.fine;
  },
};

/** Why nothing is to be written into it. */
function faultOf(folder: string): string | undefined {
  try {
    const found = nodeDisk.stat(folder);
    if (found === undefined) return undefined;
    if (!found.isFolder) return "is no folder";
    return nodeDisk.list(folder).length > 0 ? "is not empty" : undefined;
  } catch (error) {
    return `cannot be looked into: ${(error as Error).message}`;
  }
}
