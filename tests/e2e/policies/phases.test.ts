/** The phases in which policies take part, each by a policy that does nothing else. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { mapOf } from "#base/json-schema.ts";
import { nodePlatform } from "#base/platform.ts";
import { defineProblems } from "#base/problem.ts";
import type { AnswerTap, Policy, PolicyEnd, PolicySteps } from "#extension/policy.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";

const problems = defineProblems({
  forbidden: {
    title: "Not this one",
    httpStatus: 403,
    faultKind: "permission_denied",
    blame: "policy",
  },
});

function policyOf(name: string, steps: PolicySteps): Policy {
  return {
    name,
    summary: "For tests.",
    description: "For tests.",
    options: mapOf("None.", {}),
    example: `- ${name}: {}`,
    problems: problems.definitions,
    level: "call",
    explain: () => "for tests",
    create: () => steps,
  };
}

async function startBehind(
  context: TestContext,
  policies: readonly Policy[],
  answer: RequestListener,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const uses = policies.map(({ name }) => ({ [name]: {} }));
  const up = { instances: [`http://127.0.0.1:${port}`], policies: uses };
  const plain = { services: { up }, ledger: "off", timeouts: { drainMs: 1 } };
  const gateway = await startLoadedGateway(plain, nodePlatform, undefined, policies);
  context.after(async () => {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${gateway.port}/up/x`;
}

const echo: RequestListener = (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    outgoing.setHeader("x-seen", JSON.stringify(incoming.headers));
    outgoing.end(Buffer.concat(chunks));
  });
};

test("a policy refuses before anything is sent, and adds fields to what the caller gets", async (context) => {
  let asked = 0;
  const guard = policyOf("guard", {
    onRequest(request) {
      request.addAnswerField("X-Guard", "stood here");
      if (request.field("x-let-me") === "pass") return undefined;
      return { kind: "refuse", problem: problems.forbidden("say x-let-me: pass") };
    },
  });
  const url = await startBehind(context, [guard], (_incoming, outgoing) => {
    asked++;
    outgoing.end("fine");
  });
  const refused = await fetch(url);
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get("x-guard"), "stood here");
  assert.equal(refused.headers.get("parlance-fault"), "policy");
  assert.equal(((await refused.json()) as { code: string }).code, "forbidden");
  assert.equal(asked, 0);
  const passed = await fetch(url, { headers: { "x-let-me": "pass" } });
  assert.equal(await passed.text(), "fine");
  assert.equal(passed.headers.get("x-guard"), "stood here");
});

test("a policy that waits holds the whole request, and passes it on whole", async (context) => {
  const wait = policyOf("wait", {
    onRequest: () => new Promise((resolve) => void setTimeout(resolve, 20, undefined)),
  });
  const url = await startBehind(context, [wait], echo);
  const large = Buffer.alloc(300_000, "abc");
  for (const body of ["small", large]) {
    const answer = await fetch(url, { method: "POST", body });
    assert.equal(answer.status, 200);
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(body)));
  }
});

test("a policy that fails, at once or later, is a failure of the gateway", async (context) => {
  const broken = policyOf("broken", {
    onRequest(request) {
      if (request.method === "GET") throw new Error("a defect");
      return Promise.reject(new Error("a later defect"));
    },
  });
  const url = await startBehind(context, [broken], echo);
  for (const method of ["GET", "POST"]) {
    const answer = await fetch(url, { method });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.get("parlance-fault"), "gateway");
    assert.doesNotMatch(await answer.text(), /defect/);
  }
});

test("fields of a request are dropped and added on the way to the instance", async (context) => {
  const rewrite = policyOf("rewrite", {
    onRequest(request) {
      request.dropRequestField("x-secret");
      request.addRequestField("X-Added", "by us");
      return undefined;
    },
  });
  const url = await startBehind(context, [rewrite], echo);
  const answer = await fetch(url, { headers: { "x-secret": "1", "x-kept": "2" } });
  const seen = JSON.parse(answer.headers.get("x-seen") ?? "") as Record<string, string>;
  assert.equal(seen["x-secret"], undefined);
  assert.equal(seen["x-added"], "by us");
  assert.equal(seen["x-kept"], "2");
});

test("an attempt is made again when a policy wants it, with the same request", async (context) => {
  const ends: string[] = [];
  const again = policyOf("again", {
    onAttemptEnd(_request, { number, outcome, status, repeatable }) {
      ends.push(`${number} ${outcome} ${status} ${repeatable}`);
      return status === 503 && number < 3 ? { afterMs: number === 1 ? 5 : 0 } : undefined;
    },
  });
  let asked = 0;
  const url = await startBehind(context, [again], (incoming, outgoing) => {
    if (++asked < 3) outgoing.writeHead(503).end("busy");
    else echo(incoming, outgoing);
  });
  const answer = await fetch(url, { method: "PUT", body: "the same" });
  assert.equal(await answer.text(), "the same");
  assert.deepEqual(ends, ["1 answer 503 true", "2 answer 503 true", "3 answer 200 true"]);
});

test("a policy gives another answer than the instance, or takes a field out of its own", async (context) => {
  const judge = policyOf("judge", {
    onAnswer(_request, answer) {
      answer.dropField("x-internal");
      if (answer.status !== 500) return undefined;
      const fields = [["content-type", "text/plain"]] as const;
      return { kind: "answer", response: { status: 200, fields, body: Buffer.from("instead") } };
    },
  });
  const url = await startBehind(context, [judge], (incoming, outgoing) => {
    outgoing.setHeader("x-internal", "host 7");
    outgoing.writeHead(incoming.method === "GET" ? 200 : 500).end("own");
  });
  const own = await fetch(url);
  assert.equal(await own.text(), "own");
  assert.equal(own.headers.get("x-internal"), null);
  const other = await fetch(url, { method: "POST" });
  assert.equal(other.status, 200);
  assert.equal(await other.text(), "instead");
});

test("a tap sees what the caller gets, without framing, and how it ends", async (context) => {
  const seen: string[] = [];
  const ends: PolicyEnd["status"][] = [];
  const tapping = policyOf("tapping", {
    tapAnswer(): AnswerTap {
      let text = "";
      return {
        begin: (status, fields) => void (text = `${status} ${new Map(fields).get("x-kind")}: `),
        push: (bytes) => void (text += Buffer.from(bytes).toString()),
        end: () => void seen.push(`${text} whole`),
        abort: () => void seen.push("cut off"),
      };
    },
    onEnd: (_request, { status }) => void ends.push(status),
  });
  const url = await startBehind(context, [tapping], (incoming, outgoing) => {
    outgoing.setHeader("x-kind", "k");
    outgoing.write("one ");
    setTimeout(() => {
      if (incoming.method === "GET") outgoing.end("two");
      else outgoing.destroy();
    }, 20);
  });
  assert.equal(await (await fetch(url)).text(), "one two");
  await assert.rejects(fetch(url, { method: "DELETE" }).then((answer) => answer.text()));
  assert.deepEqual(seen, ["200 k: one two whole", "cut off"]);
  assert.deepEqual(ends, [200, 200]);
});

test("who is gone while a policy waits is told to it, and nothing is sent", async (context) => {
  let asked = 0;
  const decision = Promise.withResolvers<undefined>();
  const ended = Promise.withResolvers<PolicyEnd>();
  const wait = policyOf("wait", {
    onRequest: () => decision.promise,
    onEnd: (_request, end) => ended.resolve(end),
  });
  const url = await startBehind(context, [wait], () => asked++);
  await assert.rejects(fetch(url, { signal: AbortSignal.timeout(20) }));
  assert.equal((await ended.promise).aborted, true);
  decision.resolve(undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(asked, 0);
});
