/** Who has an answer can ask for its exchange at once, though the files do not show it yet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFolder } from "#tests/e2e/cli/run-parlance.ts";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";
import { ledgerFolder } from "./read-ledger.ts";

for (const command of [["explain"], ["ledger", "show"], ["ledger", "prove"]]) {
  test(`\`parlance ${command.join(" ")}\` finds the exchange that was the last one`, async (t) => {
    const service = await runService(t);
    const text = configurationOf(service.url, { more: ledgerFolder(t).text() });
    const gateway = await runGateway(t, text);
    using folder = createFolder();
    folder.write("parlance.yaml", text);
    // Asked three times: a checkpoint may have been due just then.
    for (let count = 0; count < 3; count++) {
      const answer = await fetch(`${gateway.url}/echo/`);
      await answer.text();
      const id = answer.headers.get("parlance-exchange") ?? "";
      const told = folder.parlance([...command, id]);
      assert.equal(told.code, 0, told.err);
    }
  });
}
