/**
 * `npm run torture -- [--kills N] [--cuts N]`: the long forms of the tests in tests/torture: a
 * killed process, power cuts with their control, every system call failing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lacks } from "#tests/support/tools.ts";
import { failCall, listCalls } from "#tests/torture/disk-errors.ts";
import { cannotMount } from "#tests/torture/disk-image.ts";
import { killLoop } from "#tests/torture/kill-loop.ts";
import { cutPowers } from "#tests/torture/power-cuts.ts";

const usage = "npm run torture -- [--kills N] [--cuts N]\nexit: 0 no fault, 1 faults, 2 usage";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    cuts: { type: "string", default: "500" },
    help: { type: "boolean", default: false },
  },
});

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  console.error(`--${name} ${text}: expected a whole number\n${usage}`);
  process.exit(2);
}

if (values.help) {
  console.log(usage);
  process.exit(0);
}
const kills = wholeNumber("kills", values.kills);
const cuts = wholeNumber("cuts", values.cuts);
let faultCount = 0;

function tell(what: string, faults: readonly string[]): void {
  faultCount += faults.length;
  console.log(`${what}: ${faults.length} faults`);
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`);
}

function tellOf(what: string, acknowledged: number, faults: readonly string[]): void {
  const nothing = acknowledged === 0 ? ["nothing was acknowledged, so nothing is shown"] : [];
  tell(`${what}, ${acknowledged} entries acknowledged`, [...faults, ...nothing]);
}

const every = (step: number, what: string) => (at: number) => {
  if (at % step === step - 1) console.log(`  ${at + 1} ${what}`);
};

async function tortureByKills(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "parlance-kill-"));
  try {
    const folders = { path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") };
    const { acknowledged, faults } = await killLoop(folders, kills, every(100, "kills"));
    tellOf(`${kills} kills`, acknowledged, faults);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function tortureByPowerCuts(): Promise<void> {
  const reason = cannotMount();
  if (reason !== false) return console.log(`power cuts: ${reason}`);
  const { acknowledged, faults } = await cutPowers(cuts, false, every(50, "power cuts"));
  tellOf(`${cuts} power cuts`, acknowledged, faults);
  const control = await cutPowers(10, true);
  const holds = control.faults.length > 0;
  console.log(`control without fdatasync: ${control.faults.length} of 10 cuts lost entries`);
  tell("control", holds ? [] : ["it lost nothing, so that the cuts show nothing"]);
}

function tortureByErrors(): void {
  const reason = lacks("strace");
  if (reason !== false) return console.log(`failing system calls: ${reason}`);
  const calls = listCalls();
  const faults = calls.flatMap((call) => [...failCall(call, "EIO"), ...failCall(call, "ENOSPC")]);
  tell(`${calls.length} system calls, each failing with EIO and ENOSPC`, faults);
}

if (kills > 0) await tortureByKills();
if (cuts > 0) await tortureByPowerCuts();
tortureByErrors();
process.exitCode = faultCount > 0 ? 1 : 0;
