import assert from "node:assert/strict";
import test from "node:test";
import { findCommand } from "./find-command.ts";
import { commands } from "./commands.ts";
import { readArguments } from "./arguments.ts";
import { httpUrlOf } from "./http-url.ts";

function said(url: string): string | undefined {
  const found = findCommand(commands, ["cache", "purge", "--admin", url]);
  assert.ok(found.kind !== "group");
  return httpUrlOf(readArguments(found.command, found.rest), "admin");
}

test("where a gateway is has to be a URL of HTTP with a host", () => {
  for (const url of ["http://127.0.0.1:8081", "https://[::1]:8081/", "HTTP://gateway"]) {
    assert.equal(said(url), url);
  }
  for (const url of ["notaurl", "127.0.0.1:8081", "ftp://x", "http://", "http://x:99999"]) {
    assert.throws(() => said(url), {
      name: "UsageError",
      message: /^--admin is .*http:\/\/host:port$/,
    });
  }
});
