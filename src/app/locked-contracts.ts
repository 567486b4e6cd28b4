/** Contracts under the names that `parlance.lock`, beside the configuration, keeps for them. */
import { dirname, join, resolve } from "node:path";
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Files } from "#base/platform.ts";
import { reasonOf } from "#configuration/pem-files.ts";
import type { Contract } from "#contract/contract.ts";
import { readLock, writeLock } from "#contract/lock-file.ts";
import { applyLock, lockNames } from "#contract/lock.ts";
import { createLockPlaces, lockFinding, olderLock, type LockedService } from "./lock-findings.ts";

const lockBytesMax = 64 * 1024 * 1024;

export interface LockedContracts {
  readonly contracts: ReadonlyMap<string, Contract>;
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute; whether or not there is such a file. */
  readonly lockFile: string;
}

export function lockContracts(
  contracts: ReadonlyMap<string, Contract>,
  configurationPath: string,
  files: Pick<Files, "readUpTo">,
): LockedContracts {
  const lockFile = lockFileOf(configurationPath);
  const source = { file: lockFile, line: 1, column: 1 };
  let text: string;
  try {
    text = files.readUpTo(lockFile, lockBytesMax).toString("utf8");
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code !== "ENOENT";
    if (!isThere) return { contracts, diagnostics: [], lockFile };
    // Without it callers would be given other names and numbers than those they know.
    const message = `the lock is there and cannot be read: ${reasonOf(error)}`;
    const code = "lock-unreadable";
    const diagnostic: Diagnostic = { code, severity: "error", message, source };
    return { contracts, diagnostics: [diagnostic], lockFile };
  }
  const lock = readLock(text);
  if (lock === undefined) {
    const message = "this is no lock file; expected JSON with version 1 and services";
    const suggestion = "remove it, then write it anew: `parlance check --write-lock`";
    const code = "lock-malformed";
    const diagnostic: Diagnostic = { code, severity: "error", message, source, suggestion };
    return { contracts, diagnostics: [diagnostic], lockFile };
  }
  const places = createLockPlaces(lockFile, text);
  const diagnostics: Diagnostic[] = [];
  const named = new Map<string, Contract>();
  for (const [service, contract] of contracts) {
    const locked = lock.services.get(service);
    if (locked === undefined) {
      named.set(service, contract);
      continue;
    }
    const applied = applyLock(contract, locked);
    named.set(service, applied.contract);
    const operations = new Map(applied.contract.operations.map((each) => [each.id, each]));
    const one: LockedService = { service, operations, lock: places };
    diagnostics.push(...applied.changes.map((change) => lockFinding(one, change)));
    if (locked.terms === undefined && contract.operations.length > 0) {
      diagnostics.push(olderLock(one));
    }
  }
  return { contracts: named, diagnostics, lockFile };
}

/**
 * The text of a lock for the contracts as they are named now.
 * @param previous the lock that they are under; undefined: none.
 */
export function lockTextOf(
  contracts: ReadonlyMap<string, Contract>,
  previous: string | undefined,
): string {
  const before = previous === undefined ? undefined : readLock(previous);
  const services = Array.from(contracts, ([name, contract]) => {
    return [name, lockNames(contract, before?.services.get(name))] as const;
  });
  return writeLock({ services: new Map(services) });
}

export function lockFileOf(configurationPath: string): string {
  return join(dirname(resolve(configurationPath)), "parlance.lock");
}
