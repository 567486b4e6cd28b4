/** Nobody is never put on record as who has read or erased. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actorOf } from "./actor.ts";
import { UsageError } from "./command.ts";

const inputOf = (by: string | undefined) => ({ text: () => by });

test("who acts is who is named, else the user, also one that has no name", () => {
  assert.equal(actorOf(inputOf("auditor")), "auditor");
  assert.equal(
    actorOf(inputOf(undefined), () => "ops"),
    "ops",
  );
  const nameless = actorOf(inputOf(undefined), () => {
    throw new Error("uv_os_get_passwd returned ENOENT");
  });
  assert.match(nameless, /^uid \d+$/);
});

test("an empty name is refused: a variable that is not set stands for nobody", () => {
  for (const by of ["", " "]) {
    assert.throws(
      () => actorOf(inputOf(by)),
      new UsageError(`--by is "${by}"; expected a name, to be put on record`),
    );
  }
});
