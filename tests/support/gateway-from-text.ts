/** A gateway in this process that runs a configuration written as YAML in a temporary folder. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import type { Revision } from "#configuration/configuration.ts";
import { configurationSchema } from "#app/configuration-schema.ts";
import { loadConfiguration } from "#configuration/load.ts";
import { createGateway, type Gateway } from "#gateway/gateway.ts";

/** What is left of an exchange once it is over. */
export interface SeenExchange {
  readonly status: number;
  readonly problem: string | undefined;
  readonly cause: unknown;
  readonly aborted: boolean;
  readonly attempts: number;
}

export interface RunningGateway {
  readonly port: number;
  readonly gateway: Gateway;
  readonly begun: () => number;
  readonly done: readonly SeenExchange[];
  /** Compiles another text; throws as `take` does. */
  readonly take: (yaml: string) => void;
}

export function temporaryFolder(context: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param text without `version` and `callers`; every caller may call anything. */
export async function runGateway(
  context: Pick<TestContext, "after">,
  folder: string,
  text: string,
): Promise<RunningGateway> {
  const done: SeenExchange[] = [];
  let begun = 0;
  const observer: Parameters<typeof createGateway>[1] = {
    onBegin: () => void begun++,
    onRouted: () => undefined,
    onDone: ({ status, problem, aborted, attempts }) => {
      const detail = problem === undefined ? undefined : problem.detail;
      done.push({ status, problem: detail, cause: problem?.cause, aborted, attempts });
    },
  };
  const first = revisionOf(folder, text);
  const gateway = createGateway(nodePlatform, observer, first);
  const port = await gateway.listen({ host: "127.0.0.1", port: 0, shared: false });
  context.after(async () => {
    // Files may be gone by now, and nobody waits for exchanges that a test left open.
    const { configuration } = first;
    const listen = { ...configuration.listen, tls: undefined };
    const timeouts = { ...configuration.timeouts, drainMs: 1 };
    gateway.take({
      ...first,
      id: "last",
      configuration: { ...configuration, services: [], listen, timeouts },
    });
    await gateway.drain();
  });
  const take = (yaml: string): void => gateway.take(revisionOf(folder, yaml));
  return { port, gateway, begun: () => begun, done, take };
}

function revisionOf(folder: string, text: string): Revision {
  const file = join(folder, "parlance.yaml");
  writeFileSync(file, `version: 1\ncallers: open\n${text}`);
  const { files } = nodePlatform;
  const { configuration, diagnostics } = loadConfiguration(file, {
    files,
    env: {},
    cores: 1,
    schema: configurationSchema,
  });
  assert.ok(configuration, JSON.stringify(diagnostics, undefined, 1));
  return { id: "0123456789abcdef", configuration, contracts: new Map() };
}

/** Waits until a condition holds. Fails with its words after `withinMs`. */
export async function until(
  condition: () => boolean,
  words: string,
  withinMs = 3_000,
): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!condition()) {
    assert.ok(performance.now() < untilMs, `not within ${withinMs} ms: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
