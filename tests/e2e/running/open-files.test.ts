/** A process that may open no more files, for which callers with many connections are enough. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { lacks } from "#tests/support/tools.ts";
import { configurationOf, runGateway, runService } from "./run-gateway.ts";

const bounded = { timeout: 30_000, skip: lacks("prlimit") };

test(
  "a worker outlives callers with more connections than files may be open",
  bounded,
  async (t) => {
    const service = await runService(t);
    const gateway = await runGateway(t, configurationOf(service.url, { workers: 1 }));
    const open = readdirSync(`/proc/${gateway.pid}/fd`).length;
    execFileSync("prlimit", ["--pid", String(gateway.pid), `--nofile=${open + 20}:`]);
    const sockets = Array.from({ length: 100 }, () => {
      const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
      return socket.on("error", () => undefined);
    });
    // Workers tell once a second how they are; nothing else of it can be asked for meanwhile.
    await pause(2_500);
    execFileSync("prlimit", ["--pid", String(gateway.pid), "--nofile=1024:"]);
    for (const socket of sockets) socket.destroy();
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    assert.match(metrics, /^parlance_worker_restarts_total\{worker="0"\} 0$/m);
    assert.equal((await fetch(`${gateway.url}/echo/x`)).status, 200);
  },
);
