import assert from "node:assert/strict";
import test from "node:test";
import { readArguments } from "./arguments.ts";
import { UsageError, type Command } from "./command.ts";

const command: Command = {
  name: "sample",
  summary: "Does nothing.",
  positionals: [
    { name: "WHAT", description: "What to do.", isRequired: true },
    { name: "WHERE", description: "Where to do it.", isRequired: false },
  ],
  options: {
    config: { description: "A file.", value: "FILE" },
    header: { description: "Headers.", value: "LINE", short: "H", isRepeatable: true },
    strict: { description: "A switch." },
  },
  examples: [],
  run: () => Promise.resolve(0),
};

test("options, repeated options, switches and positionals are read in any order", () => {
  const args = [
    "-H",
    "a: 1",
    "x",
    "--config=c.yaml",
    "--strict",
    "--header",
    "b: 2",
    "--json",
    "y",
  ];
  const input = readArguments(command, args);
  assert.deepEqual(input.positionals, ["x", "y"]);
  assert.equal(input.text("config"), "c.yaml");
  assert.deepEqual(input.texts("header"), ["a: 1", "b: 2"]);
  assert.deepEqual(
    [input.flag("strict"), input.flag("other"), input.json, input.help],
    [true, false, true, false],
  );
});

test("what follows -- is no option, and a value that begins with - can stand behind =", () => {
  assert.deepEqual(readArguments(command, ["--", "--json"]).positionals, ["--json"]);
  assert.equal(readArguments(command, ["x", "--config=-"]).text("config"), "-");
});

test("help is given whatever else is missing", () => {
  assert.equal(readArguments(command, ["-h"]).help, true);
});

const wrong: readonly (readonly [args: readonly string[], message: string, hint?: string])[] = [
  [["x", "--confg", "y"], "unknown option --confg", "did you mean `--config`?"],
  [["x", "--constructor"], "unknown option --constructor"],
  [["x", "-q"], "unknown option -q"],
  [["x", "--config"], "option --config needs a value: --config FILE"],
  [["x", "--config", "--json"], "option --config needs a value: --config FILE"],
  [["x", "--strict=yes"], "option --strict takes no value"],
  [["x", "--config", "a", "--config", "b"], "option --config is given twice"],
  [[], "WHAT is missing: What to do."],
  [["x", "y", "z"], 'unexpected argument "z"; expected WHAT WHERE'],
];

for (const [args, message, hint] of wrong) {
  test(`"${args.join(" ")}" is refused: ${message}`, () => {
    assert.throws(
      () => readArguments(command, args),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.message, message);
        assert.equal(error.suggestion, hint);
        return true;
      },
    );
  });
}
