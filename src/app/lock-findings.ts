/** What is said of a contract that is not as its lock has it. */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import type { Contract } from "#contract/contract.ts";
import type { LockChange } from "#contract/lock.ts";

export interface LockedService {
  readonly service: string;
  /** Under its locked names. */
  readonly contract: Contract;
  readonly lockFile: string;
  readonly lockText: string;
}

const takeOver = "`parlance check --write-lock` takes it over";
const keepOffering = "callers may know it as it was: offer that beside what is new until none does";

/** What is still in the contract has its place there, what is gone has one in the lock. */
export function lockFinding(locked: LockedService, change: LockChange): Diagnostic {
  const { contract } = locked;
  const { kind, of, name } = change;
  const found = of === "operation" ? contract.operations.find(({ id }) => id === name) : undefined;
  const source = (kind === "gone" ? undefined : found?.origin) ?? placeInLock(locked, change);
  return { ...toldOf(locked, change), source };
}

function toldOf({ service }: LockedService, change: LockChange): Diagnostic {
  const { kind, of, name, was, now = "" } = change;
  const isOperation = of === "operation";
  const suggestion = isOperation ? `${keepOffering}; ${takeOver}` : takeOver;
  const breaking = (code: string, message: string): Diagnostic => {
    return { code, severity: "warning", message: `${service}: ${message}`, suggestion };
  };
  const called = (message: string): Diagnostic => {
    return breaking("lock-changed", `the operation ${name} ${message}`);
  };
  switch (kind) {
    case "kept": {
      const message = `${service}: the ${of} ${name} keeps its name; the source makes it ${was}`;
      return { code: "lock-kept", severity: "info", message };
    }
    case "added": {
      const message = `${service}: the ${of} ${name} is not locked`;
      return { code: "lock-added", severity: "info", message, suggestion: takeOver };
    }
    case "gone": {
      const perhaps =
        now === "" ? "" : `; perhaps it is ${now} now, which takes and answers the same`;
      return breaking("lock-gone", `the locked ${of} ${name} is gone; it was ${was}${perhaps}`);
    }
    case "replaced": {
      const is = now === "" ? "" : `, and is ${now}`;
      const message = `the ${of} ${name} stands for something else; it was ${was}${is}`;
      return breaking("lock-replaced", message);
    }
    case "mode":
      return called(`is ${now}; it was ${was}`);
    case "safety":
      return called(`is ${now}; it was ${was}, and callers may rely on that`);
    case "input":
      return called(`takes ${now}; it took ${was}`);
    case "output":
      return called(`answers ${now}; it answered ${was}`);
    case "addresses":
      return called(`is no longer at ${was}; it is at ${now}`);
  }
}

/** Told once, not for each of the operations. */
export function olderLock({ service, lockFile }: LockedService): Diagnostic {
  return {
    code: "lock-older",
    severity: "info",
    message: `${service}: the lock does not say how operations are called, so that is not compared`,
    source: { file: lockFile, line: 1, column: 1 },
    suggestion: "`parlance check --write-lock` adds it",
  };
}

/** The line of an entry, in a file that is as it was written; members are looked for by nobody. */
function placeInLock(
  { service, lockFile, lockText }: LockedService,
  { of, name }: LockChange,
): SourcePlace {
  const keys = ["services", service, `${of}s`, name];
  let at = 0;
  for (const [depth, key] of keys.entries()) {
    const opening = `\n${"  ".repeat(depth + 1)}${JSON.stringify(key)}:`;
    const found = of === "member" ? -1 : lockText.indexOf(opening, at);
    if (found < 0) return { file: lockFile, line: 1, column: 1 };
    at = found + 1;
  }
  const line = lockText.slice(0, at).split("\n").length;
  return { file: lockFile, line, column: keys.length * 2 + 1 };
}
