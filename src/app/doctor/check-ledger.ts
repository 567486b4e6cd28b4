/**
 * Whether the ledger's folder can be written, has room, and holds what its checkpoint says, and
 * whether the next start would take it.
 */
import { createLog } from "#base/log.ts";
import type { Disk } from "#base/disk.ts";
import { freeBytes, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { ledgerName } from "#app/ledger/ledger-folders.ts";
import type { Configuration, Ledger } from "#configuration/configuration.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { findHolder } from "#ledger/store/lock.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { refuseUnopenable } from "#ledger/store/open-log.ts";
import { isSystemError, LedgerProblem } from "#ledger/store/problems.ts";
import { newestCheckpoint } from "#ledger/verify/newest-checkpoint.ts";
import { asItsUser, fine, reasonOf, type DoctorFinding } from "./finding.ts";

const roomBytesMin = 1024 ** 3;
const findDamage = "run parlance ledger verify, which names the place of the damage";
const adviceOn: Readonly<Record<string, string>> = {
  "ledger-damaged": findDamage,
  "ledger-not-permitted": asItsUser,
  "ledger-locked": "nothing is to be done while that one runs; a start on this host is refused",
};

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
  const { path: subject, checkpoints } = ledger;
  try {
    const separate = disk.stat(checkpoints) ? writable(disk, checkpoints, random) : [];
    const told = atNextStart(disk, ledger);
    if (disk.stat(subject) === undefined) {
      const made = told.length > 0 ? told : [fine(check, subject, "it is made at the first start")];
      return [...made, ...separate];
    }
    const isRefused = told.some(({ severity }) => severity === "error");
    const state = isRefused ? [] : whole(disk, subject);
    return [...writable(disk, subject, random), ...room(subject), ...told, ...state, ...separate];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const what = `it cannot be looked at: ${reasonOf(error)}`;
    return [{ check, severity: "error", subject, what, advice: asItsUser }];
  }
}

/** What the next start would refuse or warn of; nothing where a gateway on this host runs. */
function atNextStart(disk: Disk, ledger: Ledger): readonly DoctorFinding[] {
  const check = "ledger";
  const { path: subject, checkpoints } = ledger;
  const warnings: DoctorFinding[] = [];
  const log = createLog(
    () => 0,
    ({ message: what }) => {
      const advice = "see to it before the next start, which would go on all the same";
      warnings.push({ check, severity: "warning", subject, what, advice });
    },
  );
  const options = { path: subject, checkpoints, name: ledgerName(ledger), disk, log };
  try {
    const holder = findHolder(disk, nodeProcesses, layoutOf(subject).lockFile);
    if (holder?.host === nodeProcesses.self().host) return [];
    refuseUnopenable({ ...options, processes: nodeProcesses });
    return warnings;
  } catch (error) {
    if (!(error instanceof LedgerProblem)) throw error;
    const { definition, detail: what } = error.problem;
    const advice =
      adviceOn[definition.code] ?? "put it right: the next start is refused until then";
    // It may well be the gateway, looked at from elsewhere.
    const severity = definition.code === "ledger-locked" ? "warning" : "error";
    return [{ check, severity, subject, what, advice }];
  }
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
    return [{ check: "ledger", severity: "error", subject, what, advice: findDamage }];
  }
}
