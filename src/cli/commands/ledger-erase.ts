/** `parlance ledger erase`: destroys the key of a subject's data, and puts that on record. */
import { isProblem } from "#base/problem.ts";
import { actorOf } from "#cli/actor.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import { adminUrl, endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { print, printJson } from "#cli/print.ts";

export const ledgerErase: Command = {
  name: "ledger erase",
  summary: "Destroys the key of a subject's data, so that nobody can read what was kept of it.",
  description: [
    "A subject is whoever exchanges belong to: a caller by its name, or `anonymous`. Its bodies " +
      "stay where they are and can be read by nobody any more, nor can commitments in entries " +
      "be checked. Entries and proofs stay as they were, and an entry tells of the erasure. It " +
      "cannot be undone. Copies of the folder `keys` elsewhere have to be destroyed there.",
    "A gateway that writes the ledger is asked to do it, on its admin port.",
  ],
  positionals: [
    {
      name: "SUBJECT",
      description: "Name of the subject, or the pseudonym that entries show (32 digits).",
      isRequired: true,
    },
  ],
  options: {
    ...ledgerOptions,
    reason: { value: "TEXT", description: "Why. It stands in the ledger for ever; required." },
    by: { value: "NAME", description: "Who wants it. Default: the user of this system." },
    admin: {
      value: "URL",
      description: "Admin port of the running gateway. Default: as configured.",
    },
  },
  examples: ['parlance ledger erase mobile-app --reason "contract ended, ticket 4711"'],
  exitCodes: {
    fine: "it is erased, and the ledger has an entry about it",
    findings: "there is no such subject, or it was erased before",
    refused: "the ledger or the gateway that writes it cannot be reached",
  },
  async run(input) {
    const why = input.text("reason")?.trim() ?? "";
    if (why === "") throw new UsageError('--reason is missing; expected why, as in --reason "..."');
    const subject = input.positionals[0] ?? "";
    const by = actorOf(input);
    const order = { subject, by, why };
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const { eraseStopped, holderOf } = await import("#app/ledger/erase-stopped.ts");
    const holder = holderOf(folders.path);
    if (isProblem(holder)) return endWith(input, holder);
    const { askToErase } = await import("#app/ledger/ask-to-erase.ts");
    const erased =
      holder === undefined
        ? eraseStopped(folders, order)
        : await askToErase(await adminUrl(input), holder, order);
    if (isProblem(erased)) return endWith(input, erased);
    const { index, subject: pseudonym } = erased;
    if (input.json) printJson({ subject: pseudonym, index });
    else print(`erased ${subject} (${pseudonym}); entry ${index} tells of it`);
    return exitCode.fine;
  },
};
