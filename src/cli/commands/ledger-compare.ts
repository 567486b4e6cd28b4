/** `parlance ledger compare`: whether a body that somebody shows is the one that passed. */
import { isProblem } from "#base/problem.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import { endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { print, printJson } from "#cli/print.ts";

export const ledgerCompare: Command = {
  name: "ledger compare",
  summary: "Says whether a body that somebody shows is the one that passed.",
  description: [
    "The entry of an exchange commits to its bodies, unless `capture` is none, also when they " +
      "are not kept. Bytes are compared as they passed: compressed, if they were. After an " +
      "erasure nobody can tell any more.",
  ],
  positionals: [
    { name: "EXCHANGE", description: "Its id (`Parlance-Exchange`).", isRequired: true },
  ],
  options: {
    ...ledgerOptions,
    request: { value: "FILE", description: "What is said to be the body of the request." },
    response: { value: "FILE", description: "The same of the answer." },
  },
  examples: ["parlance ledger compare 0199f3a27c1b7d4e9a550c7e6f1b2a3d --request order.json"],
  exitCodes: {
    fine: "it is what passed",
    findings: "it is not, or nobody can tell: no such exchange, no commitment, erased",
    refused: "the ledger or the file cannot be read",
  },
  async run(input) {
    const exchange = (input.positionals[0] ?? "").replaceAll("-", "").toLowerCase();
    if (!/^[0-9a-f]{32}$/.test(exchange)) {
      const expected = "expected the 32 hexadecimal digits of Parlance-Exchange";
      throw new UsageError(`EXCHANGE is ${JSON.stringify(input.positionals[0])}; ${expected}`);
    }
    const request = input.text("request");
    const response = input.text("response");
    const file = request ?? response;
    if (file === undefined || (request !== undefined && response !== undefined)) {
      throw new UsageError("expected one of --request FILE and --response FILE");
    }
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const { compareBody } = await import("#app/ledger/compare-body.ts");
    const which = request === undefined ? "responseBody" : "requestBody";
    const isSame = await compareBody({ path: folders.path, exchange, which, file });
    if (isProblem(isSame)) return endWith(input, isSame);
    if (input.json) printJson({ exchange, which, file, isSame });
    else print(`${file}: ${isSame ? "is" : "is not"} the ${which} of exchange ${exchange}`);
    return isSame ? exitCode.fine : exitCode.findings;
  },
};
