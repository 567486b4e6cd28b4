/** Commands of one and of two words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError, type Command } from "./command.ts";
import { findCommand } from "./find-command.ts";

const commandOf = (name: string): Command => ({
  ...{ name, summary: "", positionals: [], options: {}, examples: [] },
  run: async () => 0,
});
const commands = ["start", "ledger verify", "ledger prove"].map(commandOf);
const found = (...args: readonly string[]) => {
  const result = findCommand(commands, args);
  return result.kind === "group" ? `${result.name}...` : [result.command.name, ...result.rest];
};

test("a command takes one word or two, and what follows is its own", () => {
  assert.deepEqual(found("start", "x", "--y"), ["start", "x", "--y"]);
  assert.deepEqual(found("ledger", "verify", "--json"), ["ledger verify", "--json"]);
});

test("the first of two words alone, or with help, is the group", () => {
  for (const more of [[], ["--help"], ["-h"], ["--json"]]) {
    assert.equal(found("ledger", ...more), "ledger...");
  }
});

test("an unknown word is told with those that are known", () => {
  const fault = (...args: readonly string[]) => {
    try {
      findCommand(commands, args);
    } catch (error) {
      assert.ok(error instanceof UsageError);
      return `${error.message}; ${error.suggestion}`;
    }
    return "none";
  };
  assert.equal(fault("frobnicate"), 'unknown command "frobnicate"; known are start, ledger');
  assert.match(
    fault("ledger", "verifi"),
    /^unknown command "ledger verifi"; did you mean `verify`/,
  );
  assert.match(fault("ledger", "--all"), /^unknown option "--all"; /);
});
