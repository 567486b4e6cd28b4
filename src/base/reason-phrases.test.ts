/** That our own table, which spares loading node:http, says what Node's says. */
import assert from "node:assert/strict";
import { STATUS_CODES } from "node:http";
import { test } from "node:test";
import { reasonPhrase } from "./reason-phrases.ts";

test("every status has the phrase that Node gives it, and no other has one", () => {
  for (let status = 0; status < 1_000; status++) {
    assert.equal(reasonPhrase(status), STATUS_CODES[status], String(status));
  }
});
