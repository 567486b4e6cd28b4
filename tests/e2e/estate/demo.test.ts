/** `parlance demo` as a process of its own: what it prints works, and what dies comes back. */
import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "#tests/support/free-port.ts";
import { lacks } from "#tests/support/tools.ts";
import { root, temporaryFolder } from "./start-service.ts";

interface DemoEvent {
  readonly event: string;
  readonly name?: string;
  readonly url?: string;
  readonly pid?: number;
  readonly how?: string;
  readonly page?: string;
  readonly trials?: readonly {
    readonly what: string;
    readonly command: string;
  }[];
}

const folder = temporaryFolder();
const services = [
  "ORDERS_A",
  "ORDERS_B",
  "BILLING",
  "PAYMENTS",
  "STOREFRONT",
  "TARIFFS",
  "INVENTORY",
  "CATALOG",
];
let ports: Readonly<Record<string, string>> = {};

async function choosePorts(): Promise<void> {
  const own: Record<string, string> = {};
  for (const name of services) own[`${name}_PORT`] = String(await freePort());
  ports = own;
}

function startDemo(...more: readonly string[]): ChildProcess {
  const gatewayPorts = ["--port", "0", "--admin-port", "0"];
  const args = [`${root}/src/cli/main.ts`, "demo", ...gatewayPorts, ...more];
  const env = { ...process.env, ...ports, ESTATE_DATA: folder.path };
  // Another working folder than the checkout: the demo must not care.
  return spawn(process.execPath, args, {
    env,
    cwd: folder.path,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  assert.ok(stream !== null);
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function until<Found>(look: () => Found | undefined, what: string): Promise<Found> {
  for (let tries = 0; tries < 600; tries++) {
    const found = look();
    if (found !== undefined) return found;
    await pause(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

describe("the demo", () => {
  let demo: ChildProcess;
  const events: DemoEvent[] = [];
  const seen = (event: string, name?: string): DemoEvent | undefined =>
    events.find((one) => one.event === event && (name === undefined || one.name === name));

  /** Whether it got as far as the event ready. */
  async function isReady(): Promise<boolean> {
    await choosePorts();
    events.length = 0;
    demo = startDemo("--json");
    const own = demo;
    process.once("exit", () => own.kill("SIGTERM"));
    assert.ok(demo.stdout !== null);
    createInterface({ input: demo.stdout }).on("line", (line) =>
      events.push(JSON.parse(line) as DemoEvent),
    );
    const end = once(demo, "close").then(() => "ended");
    const ready = until(() => seen("ready") ?? seen("refused"), "the event ready");
    return (await Promise.race([ready, end])) !== "ended" && seen("ready") !== undefined;
  }

  before(async () => {
    let begun = await isReady();
    // Another program can take a port between the choice and the start; then others are chosen.
    for (let again = 0; again < 2 && !begun; again++) {
      assert.match(JSON.stringify(events), /EADDRINUSE|in use by another program/);
      begun = await isReady();
    }
    assert.ok(begun, JSON.stringify(events));
  });

  after(() => {
    demo.kill("SIGKILL");
    folder.remove();
  });

  test("everything is up, and the page answers through the gateway", async () => {
    for (const name of [
      "orders-a",
      "orders-b",
      "billing",
      "payments",
      "storefront",
      "tariffs",
      "inventory",
      "catalog",
      "gateway",
    ]) {
      assert.ok(seen("up", name) !== undefined, name);
    }
    const page = (seen("ready")?.page ?? "").replace("localhost", "127.0.0.1");
    const answer = await fetch(page);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /Kettle &amp; Copper/);
  });

  test("the commands to try do what they say", { skip: lacks("curl") }, async () => {
    const expected = [
      / 201 /,
      / 201 /,
      / 201 /,
      / 200 /,
      / 200 [^]*"number":"90071992547\d+"/,
      / 200 [^]*:listOrdersResponse /,
      / 200 [^]*"price":"10\.96"/,
      / 200 [^]*"available":"120"/,
      /^\{"sku":"TEA-ASSAM-250"/,
      / 200 [^]*"reserved":"2"/,
      / 200 [^]*"price":"349\.50"/,
      /^\{"sku":"TEA-ASSAM-250","price":"349\.50"/,
      / 200 [^]*"price":"355\.00"/,
      /"inventory_ListStock":\{"articles":\[\{"sku":"POT-IRON-08"/,
      /inventory\.GetStock \(reads\)/,
      /^Placed o-\w+ over 360\.00 INR, invoice 90071992547\d+\n/,
      /retry: /,
      / 40[13] [^]*parlance-fault: policy/i,
      /\+ policy +hedge: [^]*Forwarded to service orders/,
      /# TYPE /,
      / exchange +\d{3} [A-Z]+ \w+\.\w+/,
      /: fine; \d+ entries verified, /,
    ];
    const trials = seen("ready")?.trials ?? [];
    assert.equal(trials.length, expected.length);
    for (const [index, { what, command }] of trials.entries()) {
      const shortened = command.replace("--max-time 10", "--max-time 1");
      const run = promisify(execFile)("sh", ["-c", shortened]);
      // curl ends with 28 when its time is up, which is how the event stream ends here.
      const { stdout } = await run.catch((error: { stdout: string }) => error);
      assert.match(stdout, expected[index] as RegExp, what);
    }
  });

  test("a payment with a key is made once, and told again", { skip: lacks("curl") }, async () => {
    const paid = seen("ready")?.trials?.find(({ command }) => command.includes("Idempotency-Key"));
    const { stdout } = await promisify(execFile)("sh", ["-c", paid?.command ?? ""]);
    assert.match(stdout, / 201 [^]*Idempotent-Replayed: true[^]*status="SUCCESS"/i);
  });

  test("a service that dies is reported and answers again", async () => {
    const { pid = 0, url = "" } = seen("up", "orders-b") ?? {};
    assert.notEqual(pid, 0);
    process.kill(pid, "SIGKILL");
    const stopped = await until(() => seen("stopped", "orders-b"), "the report");
    assert.match(stopped.how ?? "", /signal SIGKILL/);
    let isUp = false;
    for (let tries = 0; tries < 200 && !isUp; tries++) {
      await pause(50);
      isUp = await fetch(`${url}/health`).then(
        (answer) => answer.ok,
        () => false,
      );
    }
    assert.ok(isUp);
  });

  test("ports that are taken are named in one message, and the exit code is 3", async () => {
    const second = startDemo();
    const [complaint, [code]] = await Promise.all([textOf(second.stderr), once(second, "exit")]);
    assert.equal(code, 3);
    for (const port of Object.values(ports)) assert.ok(complaint.includes(port), complaint);
    assert.match(complaint, /in use by another program; another one: ORDERS_A_PORT=/);
  });

  test("SIGTERM stops it all, and every port is free again", async () => {
    demo.kill("SIGTERM");
    const [code] = (await once(demo, "exit")) as [number | null];
    assert.equal(code, 0);
    for (const port of Object.values(ports)) {
      const server = createServer().listen(Number(port), "127.0.0.1");
      await once(server, "listening");
      server.close();
    }
  });
});

test("a program that begins when the demo is gone already does not stay", async (context) => {
  const gone = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(gone, "exit");
  const guard = `${root}/examples/estate/demo/leave-with-parent.ts`;
  const program = spawn(process.execPath, ["--import", guard, "-e", "process.send('here')"], {
    env: { ...process.env, DEMO_PID: String(gone.pid) },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  context.after(() => program.kill("SIGKILL"));
  let heard: unknown = "nothing";
  program.on("message", (message) => {
    heard = message;
    program.kill("SIGKILL");
  });
  const [, signal] = (await once(program, "exit")) as [number | null, string | null];
  assert.deepEqual([heard, signal], ["nothing", "SIGTERM"]);
});
