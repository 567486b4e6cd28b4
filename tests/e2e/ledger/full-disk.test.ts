/** A disk that is full: what must be on record is refused, and goes on when there is room again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";
import { parseReceipt, readLedger } from "./read-ledger.ts";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? mountRefusal() : "not run: only root can mount a small disk";

const wsdl = fileURLToPath(
  new URL("../../../examples/estate/billing/billing.wsdl", import.meta.url),
);
const listInvoices =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>';

/** Containers may not mount, even as root. */
function mountRefusal(): string | false {
  const folder = mkdtempSync(join(tmpdir(), "parlance-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "pipe" });
    execFileSync("umount", [folder]);
    return false;
  } catch {
    return "not run: no small disk can be mounted here";
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function smallDisk(t: TestContext, size: string): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]);
  t.after(() => {
    execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test("a full disk: 503 until there is room, then a gap entry", { skip }, async (t) => {
  const service = await runService(t);
  const disk = smallDisk(t, "24m");
  const path = join(disk, "ledger");
  const more = `ledger: { path: ${path}, origin: test/ledger }\n`;
  const text = configurationOf(service.url, { more, workers: 1 }).replace(
    "callers: open",
    `  lax: { instances: ["${service.url}"], ledger: { mode: relaxed } }
  careful: { instances: ["${service.url}"], ledger: { mode: intent } }
  billing: { contract: ${wsdl}, instances: ["${service.url}"] }
callers: open`,
  );
  const gateway = await runGateway(t, text);
  // Long entries fill a disk sooner.
  const long = "x".repeat(120);
  const headers = { "idempotency-key": long, "x-request-id": long, "content-type": long };
  const ask = (name = "echo") => fetch(`${gateway.url}/${name}/x`, { headers });
  const first = await ask();
  assert.equal(first.status, 200);
  parseReceipt(first.headers.get("parlance-receipt"));
  const careful = { method: "POST", body: "1" };
  const begun = fetch(`${gateway.url}/careful/wait`, careful);
  await service.awaits(1);

  const { bavail, bsize } = statfsSync(disk);
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  let failed: Response | undefined;
  for (let count = 0; count < 60_000 && failed === undefined; count++) {
    const answers = await Promise.all(Array.from({ length: 64 }, () => ask()));
    failed = answers.find(({ status }) => status !== 200);
    await Promise.all(
      answers.map((answer) =>
        answer.text().then(
          () => undefined,
          () => undefined,
        ),
      ),
    );
  }
  assert.equal(failed?.status, 503, "the disk never was full");
  const alarm = await gateway.seen("ledger-failed");
  assert.match(alarm.message, /nothing can be put on record/);
  assert.equal(alarm.level, "error");

  const refused = await ask();
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal(((await refused.json()) as { code: string }).code, "ledger-unavailable");
  const health = (name: string): Promise<Response> => fetch(`${gateway.url}/${name}`);
  assert.equal((await health("livez")).status, 200, "who hears otherwise kills it");
  assert.equal((await health("readyz")).status, 503);
  const soap = await fetch(`${gateway.url}/soap/billing`, {
    method: "POST",
    headers: { "content-type": "text/xml", soapaction: '""' },
    body: listInvoices,
  });
  assert.match(await soap.text(), /<\w+:Fault>[^]*record/, "a fault in the caller's dialect");
  assert.ok(soap.status === 500 || soap.status === 503);
  assert.match(soap.headers.get("content-type") ?? "", /xml/);
  const lax = await ask("lax");
  assert.equal(lax.status, 200);
  service.waiting[0]?.end("done");
  assert.equal((await begun).status, 503);
  assert.equal((await fetch(`${gateway.url}/careful/x`, careful)).status, 503);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  assert.match(metrics, /^parlance_ledger_up 0$/m);

  rmSync(ballast);
  const recovered = await gateway.seen("ledger-recovered");
  assert.ok(Number(recovered["missed"]) >= 3);
  await pause(20);
  const again = await ask();
  assert.equal(again.status, 200);
  parseReceipt(again.headers.get("parlance-receipt"));
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const { of, exchange } = readLedger(path);
  const [gap, ...others] = of("gap");
  assert.deepEqual(others, []);
  assert.equal(gap?.count, recovered["missed"]);
  assert.match(gap?.reason ?? "", /ENOSPC/);
  assert.ok(gap?.exchanges?.includes(failed.headers.get("parlance-exchange") ?? "?"));
  assert.equal(new Set(gap?.exchanges).size, gap?.exchanges?.length);
  exchange(again.headers.get("parlance-exchange") ?? "");
  const [lost, ...moreLost] = of("lost");
  assert.deepEqual(moreLost, []);
  assert.equal(lost?.exchange, (await begun).headers.get("parlance-exchange"));
  assert.match(lost?.reason ?? "", /^the disk failed .* outcome unknown$/);
});
