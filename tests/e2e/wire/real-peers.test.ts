/** Real services behind the gateway and real callers before it, every one with every other. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import http from "node:http";
import { describe, test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { Agent, Client, fetch, request as ask } from "undici";
import { lacks } from "#tests/support/tools.ts";
import { largeText, realServices } from "./real-services.ts";
import { atEnd, httpService, stand } from "./stand.ts";

interface Got {
  readonly status: number;
  readonly body: string;
}

type Call = (method: string, url: string, body?: string) => Promise<Got>;

interface RealCaller {
  readonly name: string;
  readonly needs: readonly string[];
  readonly open: (t: TestContext) => Call;
}

const run = promisify(execFile);

const realCallers: readonly RealCaller[] = [
  {
    name: "curl",
    needs: ["curl"],
    open: () => async (method, url, body) => {
      const data = body === undefined ? [] : ["--data-binary", body, "-H", "Content-Type: text/x"];
      const options = method === "HEAD" ? ["--head"] : ["-X", method];
      const output = ["-s", "-w", "\n%{http_code}", "--max-time", "5"];
      const args = [...output, ...options, ...data, url];
      const { stdout } = await run("curl", args, { maxBuffer: 64 * 1024 * 1024 });
      const end = stdout.lastIndexOf("\n");
      const text = method === "HEAD" ? "" : stdout.slice(0, end);
      return { status: Number(stdout.slice(end + 1)), body: text };
    },
  },
  {
    name: "undici",
    needs: [],
    open: (t) => {
      const dispatcher = new Agent({ connections: 2, pipelining: 4 });
      atEnd(t, () => dispatcher.destroy());
      return async (method, url, body) => {
        const headers = { "content-type": "text/x" };
        const options = { dispatcher, method: method as "GET", headers, body: body ?? null };
        const answer = await ask(url, options);
        return { status: answer.statusCode, body: await answer.body.text() };
      };
    },
  },
  {
    name: "fetch",
    needs: [],
    open: (t) => {
      const dispatcher = new Agent();
      atEnd(t, () => dispatcher.destroy());
      return async (method, url, body) => {
        const headers = { "content-type": "text/x" };
        const answer = await fetch(url, { dispatcher, method, headers, body: body ?? null });
        return { status: answer.status, body: await answer.text() };
      };
    },
  },
  {
    name: "node:http",
    needs: [],
    open: (t) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
      atEnd(t, () => agent.destroy());
      return (method, url, body) =>
        new Promise((resolve, reject) => {
          const headers = { "content-type": "text/x" };
          const request = http.request(url, { agent, method, headers });
          request.on("error", reject).on("response", (answer) => {
            let text = "";
            answer.setEncoding("latin1").on("data", (part: string) => (text += part));
            answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
          });
          request.end(body);
        });
    },
  },
];

for (const service of realServices) {
  describe(service.name, { skip: lacks(...service.needs) }, () => {
    for (const { name, needs, open } of realCallers) {
      test(`answers ${name}`, { skip: lacks(...needs) }, async (t) => {
        const { port } = await stand(t, await service.start(t));
        const call = open(t);
        const url = `http://127.0.0.1:${port}/up`;
        for (let round = 0; round < 3; round++) {
          assert.deepEqual(await call("GET", `${url}/small.txt`), { status: 200, body: "small\n" });
          const large = await call("GET", `${url}/large.txt?round=${round}`);
          assert.deepEqual([large.status, large.body === largeText], [200, true]);
          assert.deepEqual(await call("HEAD", `${url}/large.txt`), { status: 200, body: "" });
          assert.equal((await call("GET", `${url}/nothing`)).status, 404);
        }
        const body = "b".repeat(90_000);
        const echoed = await call("POST", `${url}/echo`, body);
        if (service.echoes) assert.deepEqual([echoed.status, echoed.body === body], [200, true]);
        const many = Array.from({ length: 20 }, () => call("GET", `${url}/small.txt`));
        for (const got of await Promise.all(many)) assert.equal(got.status, 200);
      });
    }
  });
}

test(
  "nginx's early 413 reaches a caller that is still sending",
  { skip: lacks("nginx") },
  async (t) => {
    const [nginx] = realServices;
    const { port } = await stand(t, (await nginx?.start(t)) ?? 0);
    const dispatcher = new Agent();
    atEnd(t, () => dispatcher.destroy());
    for (let round = 0; round < 5; round++) {
      const answer = await ask(`http://127.0.0.1:${port}/up/echo`, {
        dispatcher,
        method: "POST",
        body: Buffer.alloc(4 * 1024 * 1024),
      });
      assert.equal(answer.statusCode, 413);
      await answer.body.dump();
    }
  },
);

test("undici pipelines many requests on one connection, all answered in order", async (t) => {
  const upstream = await httpService(t, (request, response) => response.end(request.url));
  const { port } = await stand(t, upstream.port);
  const client = new Client(`http://127.0.0.1:${port}`, { pipelining: 50 });
  atEnd(t, () => client.destroy());
  const paths = Array.from({ length: 500 }, (_, index) => `/${index}`);
  const bodies = await Promise.all(
    paths.map(async (path) => {
      const { body } = await client.request({ path: `/up${path}`, method: "GET" });
      return body.text();
    }),
  );
  assert.deepEqual(bodies, paths);
});
