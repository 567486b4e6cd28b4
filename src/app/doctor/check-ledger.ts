/** Whether the ledger's folder can be written, has room, and holds what its checkpoint says. */
import type { Disk } from "#base/disk.ts";
import { freeBytes, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { isSystemError, LedgerProblem } from "#ledger/store/problems.ts";
import { newestCheckpoint } from "#ledger/verify/newest-checkpoint.ts";
import { asItsUser, fine, reasonOf, type DoctorFinding } from "./finding.ts";

const roomBytesMin = 1024 ** 3;

export function checkLedger(
  { ledger }: Configuration,
  disk: Disk,
  random: string,
): readonly DoctorFinding[] {
  const check = "ledger";
  if (ledger === undefined) {
    const advice = "set `ledger: { path: data/ledger }` where it has to be shown who called what";
    const what = "nothing is put on record: `ledger` is `off`";
    return [{ check, severity: "warning", subject: "ledger", what, advice }];
  }
  const { path: subject } = ledger;
  try {
    if (disk.stat(subject) === undefined) {
      return [fine(check, subject, "it is made at the first start")];
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const what = `it cannot be looked at: ${reasonOf(error)}`;
    return [{ check, severity: "error", subject, what, advice: asItsUser }];
  }
  return [...writable(disk, subject, random), ...room(subject), ...whole(disk, subject)];
}

function writable(disk: Disk, subject: string, random: string): readonly DoctorFinding[] {
  const path = `${subject}/doctor-${random}.new`;
  try {
    const file = disk.open(path, "create", 0o600);
    file.close();
    disk.remove(path);
    return [fine("ledger", subject, "its folder can be written")];
  } catch (error) {
    const what = `its folder cannot be written: ${reasonOf(error)}`;
    return [{ check: "ledger", severity: "error", subject, what, advice: asItsUser }];
  }
}

function room(subject: string): readonly DoctorFinding[] {
  const free = freeBytes(subject);
  const shown = `${(free / 1e9).toFixed(1)} GB are free on its disk`;
  if (free >= roomBytesMin) return [fine("ledger", subject, shown)];
  const advice = "make room, or set `ledger.retention`: in strict mode a full disk stops calls";
  return [{ check: "ledger", severity: "warning", subject, what: shown, advice }];
}

function whole(disk: Disk, subject: string): readonly DoctorFinding[] {
  try {
    const reader = openReader({ path: subject, disk, processes: nodeProcesses });
    try {
      const { size } = reader;
      const newest = newestCheckpoint(reader);
      // It begins with the first second.
      const isNew = isProblem(newest) && newest.definition.code === "ledger-unsigned";
      if (isProblem(newest) && !isNew) throw new Error(newest.detail);
      return [fine("ledger", subject, `${size} entries; parlance ledger verify holds each to it`)];
    } finally {
      reader.close();
    }
  } catch (error) {
    const what = error instanceof LedgerProblem ? error.problem.detail : reasonOf(error);
    const advice = "run parlance ledger verify, which names the place of the damage";
    return [{ check: "ledger", severity: "error", subject, what, advice }];
  }
}
