/** What operators read of a running gateway's ledger: pages, single exchanges, tiles and proofs. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { isProblem } from "#base/problem.ts";
import { parseCheckpoint } from "#ledger/tree/checkpoint.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import { parseTlogProof } from "#ledger/tree/tlog-proof.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { configurationOf, runGateway } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

const program = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");

interface Page {
  readonly entries: readonly { readonly index: number; readonly entry: Record<string, unknown> }[];
  readonly next?: number;
}

/** Its first lines look like what `show` says; three bytes a character, more than is kept. */
const longText = `requestBody, 4 bytes:\npaid\n${"\u65e5".repeat(100_000)}`;

/** A gateway whose service calls the gateway again for `/nested`. */
async function stand(t: TestContext) {
  const last: (() => void)[] = [];
  const ledger = ledgerFolder({ after: (run) => last.push(run as () => void) });
  let again = "";
  const url = await listenHttp(t, (request, response) => {
    const { "parlance-exchange": parent = "", traceparent = "" } = request.headers;
    if (request.url === "/missing") return void response.writeHead(404).end("no");
    if (request.url === "/long") return void response.end(longText);
    if (!/nested|traced|spanned/.test(request.url ?? "")) return void response.end("yes");
    const headers = {
      "/traced": { traceparent },
      // As programs do that are instrumented: each call is a span of their own.
      "/spanned": {
        traceparent: String(traceparent).replace(/-[0-9a-f]{16}-/, `-${"c".repeat(16)}-`),
      },
    }[request.url ?? ""];
    const own = headers ?? { "parlance-exchange": parent };
    fetch(`${again}/echo/plain`, { headers: own as Record<string, string> })
      .then((inner) => inner.text())
      .then((text) => response.end(text))
      .catch(() => response.destroy());
  });
  const service = ", ledger: { capture: full }";
  const gateway = await runGateway(t, configurationOf(url, { service, more: ledger.text() }));
  for (const run of last) t.after(run);
  again = gateway.url;
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await fetch(`${gateway.url}/echo${path}`, { headers });
    await answer.text();
    return answer.headers.get("parlance-exchange") ?? "";
  };
  const read = async (path: string): Promise<unknown> => {
    const answer = await fetch(gateway.adminUrl + path);
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  };
  const parlance = (...args: readonly string[]) =>
    spawnSync(process.execPath, [program, "ledger", ...args], { encoding: "utf8" });
  return { ledger, gateway, ask, read, parlance };
}

test("entries come a page at a time, and that they were read is an entry", async (t) => {
  const { ledger, ask, read } = await stand(t);
  const ids: string[] = [];
  for (const path of ["/1", "/missing", "/2", "/3", "/missing"]) ids.push(await ask(path));
  const page = (query: string) => read(`/api/v1/ledger/entries?${query}`) as Promise<Page>;
  const first = await page("kind=exchange&limit=2");
  assert.deepEqual(
    first.entries.map(({ entry }) => entry["exchange"]),
    [ids[4], ids[3]],
  );
  const second = await page(`kind=exchange&limit=2&cursor=${first.next}`);
  assert.deepEqual(
    second.entries.map(({ entry }) => entry["exchange"]),
    [ids[2], ids[1]],
  );
  const missing = await page("status=4xx&service=echo&from=1h");
  assert.deepEqual(
    missing.entries.map(({ entry }) => entry["exchange"]),
    [ids[4], ids[1]],
  );
  assert.deepEqual((await page("caller=nobody")).entries, []);
  const reads = readLedger(ledger.path).of("read");
  assert.equal(reads.length, 4);
  assert.match(reads[2]?.query ?? "", /status=4xx/);
});

const wrong: readonly [string, RegExp][] = [
  ["entries?status=teapot", /status is "teapot"; expected a status or a class/],
  ["entries?from=yesterday", /from is "yesterday"; expected a time such as/],
  ["entries?kind=all", /kind is "all"; expected one of exchange, intent/],
  ["entries?limit=0", /limit is "0"; expected a number from 1 to 1000/],
  ["entries?cursor=-1", /cursor is "-1"/],
  ["entries?servce=echo", /no parameter "servce"; did you mean `service`/],
  ["entries?status=404&status=502", /parameter status is there 2 times; expected one/],
  ["entries?exchange=xyz", /exchange is "xyz"; expected the 32 hexadecimal digits of it/],
  ["entries?service=", /service is ""; expected what stands in the entries/],
  ["entries?from=2026-02-30", /from is "2026-02-30"; expected a time such as/],
  ["entries?from=1h&to=2h", /from is "1h"; expected a time before that of `to`/],
  ["exchanges/xyz", /expected the 32 hexadecimal digits/],
  ["entries?key=0", /key is "0"; expected which of its keys the caller showed/],
  ["entries?by=", /by is ""; expected a name/],
  [`exchanges/${"0".repeat(32)}?bodies=true&by=`, /by is ""; expected a name/],
  [`exchanges/${"0".repeat(32)}?bodies=yes`, /bodies is "yes"; expected true or false/],
];

test("filters that are none are refused by name", async (t) => {
  const { gateway } = await stand(t);
  for (const [path, message] of wrong) {
    const answer = await fetch(`${gateway.adminUrl}/api/v1/ledger/${path}`);
    assert.equal(answer.status, 400, path);
    assert.match(((await answer.json()) as { detail: string }).detail, message);
  }
  const unknown = await fetch(`${gateway.adminUrl}/api/v1/ledger/exchanges/${"0".repeat(32)}`);
  assert.equal(unknown.status, 404);
});

test("an exchange is shown with its children and bodies, by port and by command", async (t) => {
  const { ledger, gateway, ask, read, parlance } = await stand(t);
  const parent = await ask("/nested");
  const shown = (await read(`/api/v1/ledger/exchanges/${parent}?bodies=true&by=auditor`)) as {
    entries: Page["entries"];
    children: Page["entries"];
    bodies: { responseBody: { text: string } };
  };
  assert.deepEqual(
    shown.entries.map(({ entry }) => entry["kind"]),
    ["exchange", "read"],
  );
  assert.deepEqual(
    shown.children.map(({ entry }) => [entry["parent"], entry["status"]]),
    [[parent, 200]],
  );
  assert.equal(shown.bodies.responseBody.text, "yes");
  const [noted] = readLedger(ledger.path).of("read");
  assert.deepEqual([noted?.actor, noted?.exchange], ["auditor", parent]);

  const folder = ["--ledger", ledger.path, "--admin", gateway.adminUrl];
  const asked = parlance("show", parent, "--bodies", "--by", "me", "--json", ...folder);
  assert.equal(asked.status, 0, asked.stderr);
  const same = JSON.parse(asked.stdout) as typeof shown;
  assert.equal(same.bodies.responseBody.text, "yes");
  assert.equal(readLedger(ledger.path).of("read").at(-1)?.actor, "me");
  const plain = parlance("show", parent, "--ledger", ledger.path);
  assert.match(plain.stdout, /1 exchange in its course:/);
  const none = parlance("show", "f".repeat(32), "--ledger", ledger.path);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /there is no entry of the exchange ffff/);
});

test("what callers sent does not get at the terminal of who looks at it", async (t) => {
  const { ledger, gateway, parlance } = await stand(t);
  const answer = await fetch(`${gateway.url}/echo/plain`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": "\u009b2J\u009b31m" },
    body: JSON.stringify({ ["\u009b2J\u007f"]: "\u009b31m" }),
  });
  await answer.text();
  const id = answer.headers.get("parlance-exchange") ?? "";
  const folder = ["--ledger", ledger.path, "--admin", gateway.adminUrl];
  const shown = parlance("show", id, "--bodies", ...folder);
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /idempotencyKey: /);
  assert.match(shown.stdout, /^ {2}\{"\ufffd2J\ufffd":"\ufffd31m"\}$/m);
  const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
  assert.doesNotMatch(shown.stdout, obeyed);
  const json = parlance("show", id, "--bodies", "--json", ...folder);
  assert.doesNotMatch(json.stdout, obeyed);
  const { bodies } = JSON.parse(json.stdout) as { bodies: { requestBody: { text: string } } };
  assert.equal(bodies.requestBody.text, '{"\u009b2J\u007f":"\u009b31m"}');
  const proof = join(ledger.folder, "hostile.tlog-proof");
  assert.equal(parlance("prove", id, "--out", proof, "--ledger", ledger.path).status, 0);
  const verified = parlance("verify", "--proof", proof, "--ledger", ledger.path);
  assert.match(verified.stdout, /"idempotencyKey": "\\u009b2J\\u009b31m"/);
  assert.doesNotMatch(verified.stdout, obeyed);
  const tail = parlance("tail", "--json", "--ledger", ledger.path);
  assert.match(tail.stdout, /"idempotencyKey":"\\u009b2J\\u009b31m"/);
  assert.doesNotMatch(tail.stdout, obeyed);
});

test("no line of a body passes for another body, and text cut in a character is text", async (t) => {
  const { ledger, gateway, ask, parlance } = await stand(t);
  const id = await ask("/long");
  const folder = ["--ledger", ledger.path, "--admin", gateway.adminUrl];
  const { stdout } = parlance("show", id, "--bodies", ...folder);
  const headings = stdout.match(/^\w+, \d+ bytes.*$/gm)?.filter((line) => /Body/.test(line));
  assert.deepEqual(headings?.at(-1), `responseBody, ${Buffer.byteLength(longText)} bytes, cut:`);
  assert.match(stdout, /^ {2}requestBody, 4 bytes:\n {2}paid\n {2}\u65e5{80000,}$/m);
});

test("children are found by their trace, too, wherever it began", async (t) => {
  const { ask, read } = await stand(t);
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  for (const headers of [{}, { traceparent: `00-${trace}-00f067aa0ba902b7-01` }]) {
    const parent = await ask("/traced", headers);
    const { children } = (await read(`/api/v1/ledger/exchanges/${parent}`)) as {
      children: Page["entries"];
    };
    assert.deepEqual(
      children.map(({ entry }) => entry["parentSpan"]),
      [parent.slice(16)],
    );
  }
});

test("children of services with spans of their own are found by the trace", async (t) => {
  const { ledger, ask, read, parlance } = await stand(t);
  const parent = await ask("/spanned");
  const { children } = (await read(`/api/v1/ledger/exchanges/${parent}`)) as {
    children: Page["entries"];
  };
  assert.deepEqual(
    children.map(({ entry }) => [entry["trace"], entry["parentSpan"]]),
    [[parent, "c".repeat(16)]],
  );
  const page = (await read(`/api/v1/ledger/entries?trace=${parent}&kind=exchange`)) as Page;
  assert.deepEqual(
    page.entries.map(({ entry }) => entry["exchange"]),
    [parent, children[0]?.entry["exchange"]],
  );
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const inside = await ask("/spanned", { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
  const both = (await read(`/api/v1/ledger/entries?trace=${trace}`)) as Page;
  assert.equal(both.entries.length, 2);
  await delay(1_500);
  const shown = parlance("show", inside, "--ledger", ledger.path);
  assert.match(shown.stdout, new RegExp(`all of its trace: .* --trace ${trace}\n`));
});

test("a body that is shown later is told from any other, until it is erased", async (t) => {
  const { ledger, gateway, ask, parlance } = await stand(t);
  const id = await ask("/yes");
  // What another process reads is covered by a checkpoint; a proof waits for one.
  assert.equal((await fetch(`${gateway.adminUrl}/ledger/proof/${id}`)).status, 200);
  const folder = ["--ledger", ledger.path];
  const [passed, forged] = ["yes", "no"].map((text) => {
    const file = join(ledger.folder, `${text}.txt`);
    writeFileSync(file, text);
    return file;
  });
  const same = parlance("compare", id, "--response", passed as string, ...folder);
  assert.equal(same.status, 0, same.stderr);
  assert.match(same.stdout, new RegExp(`yes\\.txt: is the responseBody of exchange ${id}`));
  const other = parlance("compare", id, "--response", forged as string, "--json", ...folder);
  assert.equal(other.status, 1);
  assert.equal((JSON.parse(other.stdout) as { isSame: boolean }).isSame, false);
  const both = parlance("compare", id, "--request", "a", "--response", "b", ...folder);
  assert.equal(both.status, 2);
  const gone = parlance("compare", id, "--response", join(ledger.folder, "none"), ...folder);
  assert.equal(gone.status, 3);
  const long = join(ledger.folder, "long");
  writeFileSync(long, "");
  truncateSync(long, 1024 ** 3 + 1);
  const longer = parlance("compare", id, "--response", long, ...folder);
  assert.equal(longer.status, 3, longer.stdout);
  assert.match(longer.stderr, /cannot read .*long: it is longer than 1073741824 bytes/);
  const admin = ["--admin", gateway.adminUrl];
  const erased = parlance("erase", "anonymous", "--reason", "a test", ...admin, ...folder);
  assert.equal(erased.status, 0, erased.stderr);
  const after = parlance("compare", id, "--response", passed as string, ...folder);
  assert.equal(after.status, 1);
  assert.match(after.stderr, /was erased on .* a test/);
});

test("tail shows the last entries, and with --follow those that come", async (t) => {
  const { ledger, ask, parlance } = await stand(t);
  await ask("/1");
  const missing = await ask("/missing");
  // Files alone tell that an entry is durable with the next checkpoint, a second later at most.
  await delay(1_500);
  const tail = parlance("tail", "--ledger", ledger.path, "--kind", "exchange", "--lines", "1");
  assert.equal(tail.status, 0, tail.stderr);
  assert.match(
    tail.stdout,
    new RegExp(`^ +\\d+ \\S+Z exchange +404 GET echo\\.\\S+ .*${missing}\n$`),
  );
  const args = [
    program,
    "ledger",
    "tail",
    "--ledger",
    ledger.path,
    "--follow",
    "--json",
    "--lines",
    "0",
  ];
  const follower = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => follower.kill());
  const lines = createInterface({ input: follower.stdout });
  const seen = new Promise<string>((resolve) => {
    lines.on("line", (line) => {
      const { entry } = JSON.parse(line) as { entry: { kind: string; exchange: string } };
      if (entry.kind === "exchange") resolve(entry.exchange);
    });
  });
  // It may have begun to look after the first of them.
  const asking: Promise<string>[] = [];
  const timer = setInterval(() => void asking.push(ask("/4")), 100);
  const found = await seen;
  clearInterval(timer);
  // None may still be under way when the gateway is stopped.
  assert.ok((await Promise.all(asking)).includes(found));
  const bad = parlance("tail", "--ledger", ledger.path, "--status", "9");
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /--status is "9"/);
});

test("checkpoint, tiles and proofs are served as outsiders expect them", async (t) => {
  const { ledger, gateway, ask } = await stand(t);
  const id = await ask("/1");
  const get = async (path: string): Promise<Buffer> => {
    const answer = await fetch(`${gateway.adminUrl}/ledger/${path}`);
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
    return Buffer.from(await answer.arrayBuffer());
  };
  const proof = parseTlogProof(await get(`proof/${id}`));
  assert.ok(!isProblem(proof), JSON.stringify(proof));
  const checkpoint = parseCheckpoint(await get("checkpoint"));
  assert.ok(!isProblem(checkpoint));
  assert.ok(checkpoint.size > proof.index);
  const width = checkpoint.size;
  const hashes = await get(`tile/0/000.p/${width}`);
  assert.equal(hashes.length, width * 32);
  const bundle = await get(`tile/entries/000.p/${width}`);
  const length = bundle.readUInt16BE(0);
  assert.deepEqual(leafHash(bundle, 2, 2 + length), hashes.subarray(0, 32));
  assert.equal(readLedger(ledger.path).leafHashes[0], hashes.subarray(0, 32).toString("base64"));
  const reads = readLedger(ledger.path).of("read");
  assert.deepEqual(
    reads.map(({ command, exchange, query }) => [command, exchange, query]),
    [
      ["proof", id, ""],
      ["tile", undefined, `tile/entries/000.p/${width}`],
    ],
    "who reads entries is on record; hashes and checkpoints tell nothing of them",
  );
  for (const path of ["tile/0/001", "tile/0/000.p/255", "tile/x/000", `proof/${"0".repeat(32)}`]) {
    const { status } = await fetch(`${gateway.adminUrl}/ledger/${path}`);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
  }
});
