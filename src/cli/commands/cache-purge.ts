/** `parlance cache purge`: nothing that a running gateway has kept so far is given any more. */
import { askAdmin } from "#cli/ask-admin.ts";
import { exitCode, type Command } from "#cli/command.ts";
import { configOption } from "#cli/configuration-file.ts";
import { adminUrl, complainOf } from "#cli/ledger-folder.ts";
import { print, printJson } from "#cli/print.ts";

export const cachePurge: Command = {
  name: "cache purge",
  summary: "Makes a running gateway forget the answers that its caches have kept.",
  description: [
    "Those of all services, or of one; in all workers, at once. Answers that are on their way " +
      "meanwhile are given to those who asked, and not kept.",
  ],
  positionals: [],
  options: {
    config: configOption,
    service: { value: "NAME", description: "Of this service only." },
    admin: {
      value: "URL",
      description: "Admin port of the running gateway. Default: as configured.",
    },
  },
  examples: ["parlance cache purge --service catalog"],
  exitCodes: {
    fine: "what was kept is not given any more",
    findings: "there is no such service",
    refused: "the gateway cannot be reached",
  },
  async run(input) {
    const admin = await adminUrl(input);
    if (admin === undefined) {
      const detail = "the admin port is not known; name it with --admin";
      return complainOf(input, { code: "gateway-unreachable", detail });
    }
    const service = input.text("service");
    const query = service === undefined ? "" : `?${new URLSearchParams({ service }).toString()}`;
    const asked = await askAdmin(input, admin, `/api/v1/cache/purges${query}`, "POST");
    if (typeof asked === "number") return asked;
    const { services } = asked as { readonly services: readonly string[] };
    if (input.json) printJson({ services });
    else print(`forgotten: what was kept of ${services.join(", ") || "no service"}`);
    return exitCode.fine;
  },
};
