import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import test, { type TestContext } from "node:test";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startPoliced, type PolicedService } from "#tests/support/policed-service.ts";

/** Gives each request another number, and reads its body. */
function counting(status = 201): RequestListener {
  let number = 0;
  return (incoming, outgoing) => {
    incoming.resume().on("end", () => {
      number++;
      outgoing.writeHead(status, { "content-type": "application/json", "x-number": number });
      outgoing.end(JSON.stringify({ number }));
    });
  };
}

async function start(
  context: TestContext,
  options: Readonly<Record<string, unknown>> = {},
  instance: RequestListener = counting(),
  more: Readonly<Record<string, unknown>> = {},
): Promise<PolicedService> {
  const state = { path: temporaryFolder(context) };
  const policies = [{ idempotency: { waitMs: 0, ...options } }];
  return startPoliced(context, policies, [instance], { state, ...more });
}

async function post(url: string, key: string | undefined, body = "one"): Promise<Response> {
  const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
  return fetch(url, { method: "POST", headers, body });
}

async function codeOf(answer: Response): Promise<readonly [number, string]> {
  return [answer.status, ((await answer.json()) as { code: string }).code];
}

test("a repetition gets the first answer, and no instance is asked", async (context) => {
  const { url, asked } = await start(context);
  const first = await post(url, '"key-1"');
  assert.equal(first.headers.get("idempotent-replayed"), null);
  const second = await post(url, '"key-1"');
  assert.equal(second.status, 201);
  assert.equal(second.headers.get("idempotent-replayed"), "true");
  assert.equal(second.headers.get("content-type"), "application/json");
  assert.equal(second.headers.get("x-number"), "1");
  assert.equal(await second.text(), await first.text());
  assert.notEqual(second.headers.get("parlance-exchange"), first.headers.get("parlance-exchange"));
  assert.equal(asked(), 1);
});

test("keys of callers that are not known are told apart by their address", async (context) => {
  for (const callers of [{ anonymous: { may: ["*"] } }, "open"] as const) {
    const more = { callers, listen: { trustedProxies: ["127.0.0.1"] } };
    const { url } = await start(context, {}, counting(), more);
    const send = (address: string): Promise<Response> => {
      const headers = { "idempotency-key": "k", "x-forwarded-for": address };
      return fetch(url, { method: "POST", headers, body: "one" });
    };
    assert.equal((await send("192.0.2.1")).headers.get("x-number"), "1");
    assert.equal((await send("192.0.2.2")).headers.get("x-number"), "2");
    assert.equal((await send("192.0.2.1")).headers.get("x-number"), "1");
  }
});

test("a key is the same with and without quotes", async (context) => {
  const { url, asked } = await start(context);
  const answers = [
    await post(url, '"a"'),
    await post(url, "a"),
    await post(url, "b"),
    await post(url, undefined),
    await post(url, undefined),
  ];
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  assert.deepEqual(
    bodies.map((body) => (JSON.parse(body) as { number: number }).number),
    [1, 1, 2, 3, 4],
  );
  assert.equal(asked(), 4);
});

test("a key with another body, path or content type is refused with 422", async (context) => {
  const { url, asked } = await start(context);
  const first = await post(url, "key", "one");
  assert.equal(first.status, 201);
  assert.deepEqual(await codeOf(await post(url, "key", "two")), [422, "idempotency-key-reused"]);
  const elsewhere = await post(`${url}elsewhere`, "key", "one");
  assert.deepEqual(await codeOf(elsewhere), [422, "idempotency-key-reused"]);
  const headers = { "idempotency-key": "key", "content-type": "application/json" };
  const typed = await fetch(url, { method: "POST", headers, body: "one" });
  const { code, detail } = (await typed.json()) as { code: string; detail: string };
  assert.equal(code, "idempotency-key-reused");
  assert.match(detail, new RegExp(first.headers.get("parlance-exchange") ?? "?"));
  assert.equal(asked(), 1);
});

test("safe and idempotent requests are not looked at", async (context) => {
  const { url, asked } = await start(context, { required: true });
  for (const method of ["GET", "PUT", "DELETE", "GET"]) {
    const answer = await fetch(url, { method, headers: { "idempotency-key": "key" } });
    assert.equal(answer.status, 201);
  }
  assert.equal(asked(), 4);
});

test("a key that is missing, or none, is refused with 400", async (context) => {
  const { url, asked } = await start(context, { required: true });
  assert.deepEqual(await codeOf(await post(url, undefined)), [400, "idempotency-key-missing"]);
  for (const key of ["", '"', "a,b", '"a", "b"', "a b", '"a";p=1', "x".repeat(256), '"\\a"']) {
    const told = await codeOf(await post(url, key));
    assert.deepEqual(told, [400, "idempotency-key-malformed"], key);
  }
  assert.equal(asked(), 0);
});

test("while the first is under way a repetition is told so, or waits for it", async (context) => {
  let goOn = (): void => undefined;
  const instance: RequestListener = (_incoming, outgoing) => {
    goOn = () => void outgoing.end("late");
  };
  const policies = [{ idempotency: { waitMs: 0 } }];
  const waiting = [{ idempotency: { waitMs: 5_000, only: { callers: ["patient"] } } }];
  const state = { path: temporaryFolder(context) };
  const callers = {
    hasty: { key: "key-of-hasty-0123456789", may: ["*"] },
    patient: { key: "key-of-patient-0123456789", may: ["*"] },
  };
  const only = { only: { callers: ["hasty"] } };
  const both = [{ idempotency: { ...policies[0]?.idempotency, ...only } }, ...waiting];
  const { url, asked } = await startPoliced(context, both, [instance], { state, callers });
  const ask = (name: string): Promise<Response> => {
    const headers = { "idempotency-key": "k", "x-api-key": `key-of-${name}-0123456789` };
    return fetch(url, { method: "POST", headers, body: "x" });
  };
  const first = ask("hasty");
  while (asked() < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  const told = await ask("hasty");
  assert.equal(told.headers.get("retry-after"), "1");
  assert.deepEqual(await codeOf(told), [409, "idempotency-in-flight"]);
  goOn();
  assert.equal(await (await first).text(), "late");
  const second = ask("patient");
  while (asked() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const third = ask("patient");
  setTimeout(goOn, 100);
  assert.equal(await (await second).text(), "late");
  const replayed = await third;
  assert.equal(replayed.headers.get("idempotent-replayed"), "true");
  assert.equal(await replayed.text(), "late");
  assert.equal(asked(), 2);
});

test("of many at once exactly one is carried out", async (context) => {
  const { url, asked } = await start(context, { waitMs: 5_000 });
  const answers = await Promise.all(Array.from({ length: 40 }, () => post(url, "same")));
  const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
  assert.deepEqual([...bodies], ['{"number":1}']);
  assert.equal(asked(), 1);
});

test("the same key of another caller is another one", async (context) => {
  const callers = {
    one: { key: "key-of-one-0123456789", may: ["*"] },
    two: { key: "key-of-two-0123456789", may: ["*"] },
  };
  const { url, asked } = await start(context, {}, counting(), { callers });
  for (const name of ["one", "two", "one"]) {
    const headers = { "idempotency-key": "k", "x-api-key": `key-of-${name}-0123456789` };
    assert.equal((await fetch(url, { method: "POST", headers })).status, 201);
  }
  assert.equal(asked(), 2);
});

test("errors are kept, those which say that nothing was done are not", async (context) => {
  for (const [status, times] of [
    [500, 1],
    [404, 1],
    [503, 2],
    [429, 2],
  ] as const) {
    const { url, asked } = await start(context, {}, counting(status));
    for (let count = 0; count < 2; count++) assert.equal((await post(url, "k")).status, status);
    assert.equal(asked(), times, `asked ${asked()} times after ${status}`);
  }
});

test("what did not reach an instance leaves the key free", async (context) => {
  const closed = createServer();
  closed.listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as { port: number };
  closed.close();
  await once(closed, "close");
  const services = { up: { instances: [`http://127.0.0.1:${port}`] } };
  const { url } = await start(context, {}, counting(), { services });
  assert.equal((await post(url, "k")).status, 502);
  const server = createServer(counting()).listen(port, "127.0.0.1");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  assert.equal((await post(url, "k", "another")).status, 201);
});

test("a request whose answer never came is not sent again", async (context) => {
  const { url, asked } = await start(context, {}, (incoming) => incoming.socket.destroy());
  assert.equal((await post(url, "k")).status, 502);
  for (let count = 0; count < 2; count++) {
    assert.deepEqual(await codeOf(await post(url, "k")), [409, "idempotency-outcome-unknown"]);
  }
  assert.equal(asked(), 1);
});

test("of an answer that is too large only that it was given is kept", async (context) => {
  const { url, asked } = await start(context, { answerBytesMax: 11 });
  assert.equal((await post(url, "k")).status, 201);
  const second = await post(url, "k");
  const { code, detail } = (await second.json()) as { code: string; detail: string };
  assert.equal(second.status, 409);
  assert.equal(code, "idempotency-answer-not-kept");
  assert.match(detail, /was answered with 201, .*answerBytesMax \(11\)$/);
  assert.equal(asked(), 1);
});

test("a request that is too large is refused with the limit's name", async (context) => {
  const { url, asked } = await start(context, { requestBytesMax: 10 });
  const answer = await post(url, "k", "eleven byte");
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  assert.deepEqual([answer.status, code], [413, "idempotency-request-too-large"]);
  assert.match(detail, /10 bytes \(requestBytesMax\)$/);
  assert.equal(asked(), 0);
  assert.equal((await post(url, "k", "ten bytes!")).status, 201);
});

test("without room new keys are refused, old ones answered", async (context) => {
  const { url, asked } = await start(context, { storeBytesMax: 2_000 });
  const statuses: number[] = [];
  for (let number = 0; number < 12; number++) {
    statuses.push((await post(url, `key-${number}`)).status);
  }
  assert.equal(statuses[0], 201);
  assert.equal(statuses.at(-1), 503);
  const told = await codeOf(await post(url, "key-11"));
  assert.deepEqual(told, [503, "idempotency-unavailable"]);
  const again = await post(url, "key-0");
  assert.deepEqual([again.status, again.headers.get("idempotent-replayed")], [201, "true"]);
  assert.equal(asked(), statuses.filter((status) => status === 201).length);
});

test("a key may be used for another request when its time is over", async (context) => {
  const { url, asked } = await start(context, { keepMs: 1_000 });
  assert.equal((await post(url, "k", "one")).status, 201);
  assert.equal((await post(url, "k", "two")).status, 422);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.equal((await post(url, "k", "two")).status, 201);
  assert.equal(asked(), 2);
});

test("chunked requests and answers are kept without their chunks", async (context) => {
  const { url, asked } = await start(context, {}, (incoming, outgoing) => {
    const pieces: Buffer[] = [];
    incoming.on("data", (piece: Buffer) => pieces.push(piece));
    incoming.on("end", () => {
      outgoing.write("you sent ");
      outgoing.end(Buffer.concat(pieces));
    });
  });
  const send = async (pieces: readonly string[]): Promise<string> => {
    const body = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(Buffer.from(piece));
        controller.close();
      },
    });
    const headers = { "idempotency-key": "k" };
    const init = { method: "POST", headers, body, duplex: "half" };
    const answer = await fetch(url, init);
    return answer.text();
  };
  assert.equal(await send(["o", "ne"]), "you sent one");
  assert.equal(await send(["on", "e"]), "you sent one");
  assert.equal(asked(), 1);
});

test("a caller that goes away finds the answer when it comes back", async (context) => {
  const goOn: (() => void)[] = [];
  const instance: RequestListener = (incoming, outgoing) => {
    incoming.resume();
    goOn.push(() => {
      outgoing.write("one ");
      goOn.push(() => void outgoing.end("answer"));
    });
  };
  const { url, asked } = await start(context, { waitMs: 5_000 }, instance);
  for (const isBegun of [false, true]) {
    const before = asked();
    const controller = new AbortController();
    const init = { method: "POST", headers: { "idempotency-key": `${isBegun}` }, body: "x" };
    const gone = fetch(url, { ...init, signal: controller.signal });
    while (asked() === before) await new Promise((resolve) => setTimeout(resolve, 5));
    if (isBegun) {
      goOn.shift()?.();
      await gone;
    }
    controller.abort();
    await assert.rejects(gone.then((answer) => answer.text()));
    const again = fetch(url, init);
    while (goOn.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      goOn.shift()?.();
    }
    const answer = await again;
    assert.equal(await answer.text(), "one answer");
    assert.equal(answer.headers.get("idempotent-replayed"), "true");
    assert.equal(asked(), before + 1);
  }
});

test("a gateway that is stopped waits for what goes on without its caller", async (context) => {
  const folder = temporaryFolder(context);
  let goOn = (): void => undefined;
  const instance: RequestListener = (_incoming, outgoing) => {
    goOn = () => void outgoing.end("late");
  };
  const more = { state: { path: folder }, timeouts: { drainMs: 5_000 } };
  const { url, asked, close } = await start(context, {}, instance, more);
  const controller = new AbortController();
  const init = { method: "POST", headers: { "idempotency-key": "k" }, body: "x" };
  const gone = fetch(url, { ...init, signal: controller.signal });
  while (asked() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  await assert.rejects(gone);
  const closed = close();
  setTimeout(goOn, 100);
  await closed;
  const next = await start(context, {}, counting(), { state: { path: folder } });
  // The address of the service is another one, its path is not.
  const answer = await fetch(next.url, init);
  assert.deepEqual([await answer.text(), next.asked()], ["late", 0]);
});
