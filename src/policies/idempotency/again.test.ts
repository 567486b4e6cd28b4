/** What was carried out, or may have been, is not sent twice: by `retry`, `hedge`, or later. */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type TestContext } from "node:test";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startPoliced, type PolicedService } from "#tests/support/policed-service.ts";

const breaks: RequestListener = (incoming) => {
  incoming.resume().on("end", () => incoming.socket.destroy());
};
const answering =
  (status: number, afterMs = 0): RequestListener =>
  (_incoming, outgoing) =>
    void setTimeout(() => outgoing.writeHead(status).end(), afterMs);

function start(
  context: TestContext,
  other: object,
  instances: readonly (RequestListener | "gone")[],
): Promise<PolicedService> {
  const state = { path: temporaryFolder(context) };
  return startPoliced(context, [{ idempotency: {} }, other], instances, { state });
}

function post(url: string, key = "k"): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "idempotency-key": key }, body: "pay" });
}

const retry = { retry: { backoffMs: 1, on: ["unreachable", "broken", "500", "503"] } };

test("a request that broke off is not sent again by retry: it may have been carried out", async (context) => {
  const { url, asked } = await start(context, retry, [breaks, breaks]);
  assert.equal((await post(url)).status, 502);
  assert.equal(asked(), 1);
  const told = (await (await post(url)).json()) as { code: string };
  assert.equal(told.code, "idempotency-outcome-unknown");
  assert.equal(asked(), 1);
});

test("nor one that was answered with an error", async (context) => {
  const { url, asked } = await start(context, retry, [answering(500), answering(500)]);
  assert.equal((await post(url)).status, 500);
  assert.equal(asked(), 1);
});

test("one is by which an instance says that it has done nothing", async (context) => {
  const { url, asked } = await start(context, retry, [answering(503), answering(201)]);
  assert.deepEqual([(await post(url, "a")).status, (await post(url, "b")).status], [201, 201]);
  assert.equal(asked(), 3);
});

test("nor is another instance asked because the first is slow", async (context) => {
  const slow = answering(201, 150);
  const { url, asked } = await start(context, { hedge: { afterMs: 20 } }, [slow, slow]);
  assert.equal((await post(url)).status, 201);
  assert.equal(asked(), 1);
});

test("an answer that the disk refuses for a while is kept when it takes it again", async (context) => {
  const path = temporaryFolder(context);
  const file = (): DatabaseSync => new DatabaseSync(join(path, "records.sqlite"));
  const refusing: RequestListener = (_incoming, outgoing) => {
    const disk = file();
    disk.exec(`CREATE TRIGGER refuse BEFORE INSERT ON records
      BEGIN SELECT RAISE(ABORT, 'no space'); END`);
    disk.close();
    outgoing.end("one answer");
  };
  const { url, asked } = await startPoliced(context, [{ idempotency: {} }], [refusing], {
    state: { path },
  });
  assert.equal(await (await post(url)).text(), "one answer");
  // Its claim comes after what became of the first.
  assert.equal((await post(url, "other")).status, 503);
  const disk = file();
  disk.exec("DROP TRIGGER refuse");
  disk.close();
  let again = await post(url);
  while (again.status === 409) {
    await again.text();
    again = await post(url);
  }
  assert.deepEqual([await again.text(), asked()], ["one answer", 1]);
});

test("a request that takes longer than its key is kept is carried out once all the same", async (context) => {
  const path = temporaryFolder(context);
  const begun = Promise.withResolvers<() => void>();
  const slow: RequestListener = (_incoming, outgoing) => begun.resolve(() => outgoing.end("late"));
  const { url, asked } = await startPoliced(
    context,
    [{ idempotency: { keepMs: 1_000, waitMs: 0 } }],
    [slow],
    { state: { path } },
  );
  const first = post(url);
  const goOn = await begun.promise;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const told = (await (await post(url)).json()) as { code: string };
  goOn();
  assert.equal(told.code, "idempotency-in-flight");
  assert.equal(await (await first).text(), "late");
  assert.deepEqual([await (await post(url)).text(), asked()], ["late", 1]);
});
