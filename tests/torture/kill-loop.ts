/** Kills a process that writes a ledger with SIGKILL at any moment, and starts it again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { checkLedger, readAcks, type Acknowledged, type TortureFolders } from "./acknowledged.ts";

export interface KillReport {
  readonly kills: number;
  /** Entries that were acknowledged. */
  readonly acknowledged: number;
  readonly faults: readonly string[];
}

const writer = new URL("writer-process.ts", import.meta.url).pathname;

export function startWriter(folders: TortureFolders, options: readonly string[]) {
  const args = ["--path", folders.path, "--checkpoints", folders.checkpoints, ...options];
  const child = spawn(process.execPath, [writer, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("latin1").on("data", (text: string) => (output += text));
  return { child, output: () => output };
}

export async function killLoop(
  folders: TortureFolders,
  kills: number,
  onKill: (kill: number) => void = () => {},
): Promise<KillReport> {
  const all: Acknowledged[] = [];
  const faults: string[] = [];
  for (let kill = 0; kill < kills && faults.length === 0; kill++) {
    const nonce = `life${kill}`;
    const { child, output } = startWriter(folders, ["--nonce", nonce]);
    const closed = once(child, "close");
    // Some die while they open the ledger, the others while they write it.
    if (kill % 5 !== 4) await once(child.stdout, "data");
    await setTimeout(Math.random() * 200);
    child.kill("SIGKILL");
    await closed;
    const acks = readAcks(output(), nonce);
    all.push(...acks);
    faults.push(...checkLedger(folders, acks).map((fault) => `kill ${kill}: ${fault}`));
    onKill(kill);
  }
  // What was acknowledged in early lives is still there after all later ones.
  if (faults.length === 0) faults.push(...checkLedger(folders, all));
  const acknowledged = all.reduce((sum, { from, to }) => sum + to - from, 0);
  return { kills, acknowledged, faults };
}
