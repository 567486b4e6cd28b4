import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createLog, type LogRecord } from "#base/log.ts";
import { nodePlatform } from "#base/platform.ts";
import { createSupervisor } from "./supervisor.ts";

type Wish = "live" | "die" | "refuse";

/** Pauses are noted and do not last. */
function prepare(context: TestContext, count: number, wishOf: (birth: number) => Wish) {
  const records: LogRecord[] = [];
  const pausesMs: number[] = [];
  const messages: unknown[] = [];
  const died: number[] = [];
  let births = 0;
  let look: () => void = () => undefined;
  const supervisor = createSupervisor({
    platform: {
      ...nodePlatform,
      timers: {
        ...nodePlatform.timers,
        after: (delayMs, run) => {
          pausesMs.push(delayMs);
          return nodePlatform.timers.after(0, run);
        },
      },
    },
    log: createLog(
      () => 0,
      (record) => {
        records.push(record);
        look();
      },
    ),
    entry: new URL("./dying-worker-fixture.ts", import.meta.url),
    count,
    resourceLimits: {},
    dataFor: () => ({ wish: wishOf(births++) }),
    onMessage: (index, message) => messages.push([index, message]),
    onDied: (index) => died.push(index),
  });
  context.after(() => supervisor.stop());
  const seen = (event: string): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (records.some((record) => record.event === event)) resolve();
      };
      look();
    });
  return { supervisor, records, pausesMs, messages, died, seen };
}

test("it starts as many as were asked for, and passes questions, answers and messages", async (t) => {
  const { supervisor, messages } = prepare(t, 2, () => "live");
  await supervisor.start();
  const answers = await supervisor.askAll((index) => `question ${index}`);
  assert.deepEqual(
    answers.map((answer) => (answer.status === "fulfilled" ? answer.value : answer.reason)),
    ["question 0", "question 1"],
  );
  assert.deepEqual(messages.length, 2);
  assert.deepEqual(
    supervisor.statuses().map(({ state, restarts }) => [state, restarts]),
    [
      ["up", 0],
      ["up", 0],
    ],
  );
});

test("a start fails with what the first worker says that cannot", async (t) => {
  const { supervisor } = prepare(t, 2, (birth) => (birth === 1 ? "refuse" : "live"));
  await assert.rejects(supervisor.start(), { message: "it does not want to" });
});

test("a worker that dies is replaced, and whoever waits for its answer is told", async (t) => {
  const { supervisor, died, seen, records } = prepare(t, 1, () => "live");
  await supervisor.start();
  await assert.rejects(supervisor.ask(0, "die"), /worker 0 is gone: it ended with exit code 7/);
  await seen("worker-replaced");
  assert.deepEqual(died, [0]);
  assert.equal(records.find(({ event }) => event === "worker-died")?.level, "error");
  assert.equal(await supervisor.ask(0, "again"), "again");
  assert.equal(supervisor.statuses()[0]?.restarts, 1);
});

test("workers that die young are replaced after pauses that grow", async (t) => {
  const wishes = (birth: number): Wish => (birth > 0 && birth < 5 ? "die" : "live");
  const { supervisor, pausesMs, seen } = prepare(t, 1, wishes);
  await supervisor.start();
  await assert.rejects(supervisor.ask(0, "die"));
  await seen("worker-replaced");
  assert.deepEqual(pausesMs, [100, 200, 400, 800, 1_600]);
  assert.equal(await supervisor.ask(0, "alive"), "alive");
});

test("a replacement that cannot start is ended and replaced again", async (t) => {
  const { supervisor, records, seen } = prepare(t, 1, (birth) => (birth === 1 ? "refuse" : "live"));
  await supervisor.start();
  await assert.rejects(supervisor.ask(0, "die"));
  await seen("worker-replaced");
  const failed = records.find(({ event }) => event === "worker-failed");
  assert.equal(failed?.fields["reason"], "it does not want to");
});

test("once retired, the dead stay dead", async (t) => {
  const { supervisor, died } = prepare(t, 1, () => "live");
  await supervisor.start();
  supervisor.retire();
  await assert.rejects(supervisor.ask(0, "die"));
  assert.deepEqual(died, []);
  await assert.rejects(supervisor.ask(0, "anybody?"), /worker 0 is not there/);
});
