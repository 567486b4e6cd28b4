/** What is said of a contract that is not as its lock has it. */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import type { Operation } from "#contract/contract.ts";
import type { LockChange } from "#contract/lock.ts";

export interface LockedService {
  readonly service: string;
  /** By their locked names. */
  readonly operations: ReadonlyMap<string, Operation>;
  readonly lock: LockPlaces;
}

/** Where entries stand in a lock. */
export type LockPlaces = (service?: string, section?: string, name?: string) => SourcePlace;

const takeOver = "`parlance check --write-lock` takes it over";
const keepOffering = "callers may know it as it was: offer that beside what is new until none does";

/** What is still in the contract has its place there, what is gone has one in the lock. */
export function lockFinding(locked: LockedService, change: LockChange): Diagnostic {
  const { service, operations, lock } = locked;
  const { kind, of, name } = change;
  const found = of === "operation" && kind !== "gone" ? operations.get(name) : undefined;
  const source = found?.origin ?? lock(service, `${of}s`, name);
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
export function olderLock({ service, lock }: LockedService): Diagnostic {
  return {
    code: "lock-older",
    severity: "info",
    message: `${service}: the lock does not say how operations are called, so that is not compared`,
    source: lock(),
    suggestion: "`parlance check --write-lock` adds it",
  };
}

const entryLine = /^( *)("(?:[^"\\]|\\.)*"):/;
/** services, service, section, name. */
const entryDepth = 4;

/** Of a file that is laid out as it was written; otherwise, and of members, it is the beginning. */
export function createLockPlaces(file: string, text: string): LockPlaces {
  let lines: Map<string, number> | undefined;
  return (...keys) => {
    lines ??= linesOf(text);
    const line = lines.get(JSON.stringify(keys));
    return { file, line: line ?? 1, column: line === undefined ? 1 : entryDepth * 2 + 1 };
  };
}

function linesOf(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const path: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, indent = "", key = ""] = entryLine.exec(line) ?? [];
    const depth = indent.length / 2;
    if (key === "" || depth < 1 || depth > entryDepth) continue;
    path[depth - 1] = JSON.parse(key) as string;
    if (depth === entryDepth) lines.set(JSON.stringify(path.slice(1, entryDepth)), index + 1);
  }
  return lines;
}
