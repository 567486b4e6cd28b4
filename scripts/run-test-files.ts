/**
 * Runs test files with node:test, each in a process of its own with a deadline for the whole file,
 * so that a test that never ends, or leaves something open, is named instead of waited for.
 */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { notRunPrefix } from "#tests/support/tools.ts";

export interface TestFailure {
  /** "suite > test", or empty for the file itself. */
  readonly name: string;
  readonly reason: string;
}

export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface FileResult {
  readonly file: string;
  readonly durationMs: number;
  readonly passed: number;
  readonly failures: readonly TestFailure[];
  /** Skipped for a reason of their own. */
  readonly skipped: readonly Skipped[];
  /** Skipped since a program of the machine is missing. */
  readonly notRun: readonly Skipped[];
  /** What the file printed. */
  readonly output: string;
}

/** Beyond, a single test counts as hanging, and so does a whole file. */
const testMs = 120_000;
const fileMs = 300_000;
/** What a file may take to end after its last test. */
const endMs = 15_000;
const filesAtOnce = Math.max(1, Math.min(4, availableParallelism()));

// Most of the time of a small test went into compiling what others had compiled before.
process.env["NODE_COMPILE_CACHE"] ??= resolve("node_modules/.cache/parlance");

/** Results in the order of completion; `onFile` is told each as it comes. */
export async function runTestFiles(
  files: readonly string[],
  onFile: (result: FileResult) => void,
): Promise<readonly FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const runNext = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runTestFile(file);
      results.push(result);
      onFile(result);
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, runNext));
  return results;
}

function runTestFile(file: string): Promise<FileResult> {
  const path = resolve(file);
  const startedMs = performance.now();
  const failures: TestFailure[] = [];
  const skipped: Skipped[] = [];
  const notRun: Skipped[] = [];
  const names: string[] = [];
  let passed = 0;
  let output = "";

  const abort = new AbortController();
  const stop = (reason: string): void => {
    failures.push({ name: "", reason });
    abort.abort();
  };
  const deadline = setTimeout(stop, fileMs, `did not end within ${fileMs / 1000} s`);
  let ending: NodeJS.Timeout | undefined;
  const fullName = ({ name, nesting }: { name: string; nesting: number }): string =>
    [...names.slice(0, nesting), name].join(" > ");

  const stream = run({ files: [path], timeout: testMs, signal: abort.signal });
  stream.on("test:stdout", ({ message }) => (output += message));
  stream.on("test:stderr", ({ message }) => (output += message));
  stream.on("test:start", ({ name, nesting }) => (names[nesting] = name));
  stream.on("test:pass", (event) => {
    const reason = setAside(event);
    if (reason !== undefined) {
      const list = reason.startsWith(notRunPrefix) ? notRun : skipped;
      list.push({ name: fullName(event), reason });
    } else if (event.name === path) {
      failures.push({ name: "", reason: "holds no test" });
    } else if (event.details.type !== "suite") {
      passed += 1;
    }
  });
  stream.on("test:fail", (event) => {
    const reason = setAside(event);
    if (reason !== undefined) skipped.push({ name: fullName(event), reason });
    else if (event.name === path) {
      if (!abort.signal.aborted) failures.push({ name: "", reason: "the process failed" });
    } else if (!onlySubtestsFailed(event.details.error)) {
      failures.push({ name: fullName(event), reason: describeError(event.details.error) });
    }
  });
  stream.on("test:summary", ({ file: ofFile }) => {
    if (ofFile === undefined) return;
    ending = setTimeout(stop, endMs, `left something open: still ran ${endMs / 1000} s later`);
  });

  return new Promise((done) => {
    stream.on("close", () => {
      clearTimeout(deadline);
      clearTimeout(ending);
      const durationMs = performance.now() - startedMs;
      done({ file, durationMs, passed, failures, skipped, notRun, output });
    });
    stream.resume();
  });
}

/** Why a test does not count: its `skip` or `todo`. */
function setAside(event: {
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
}): string | undefined {
  if (event.skip !== undefined) return String(event.skip);
  return event.todo === undefined ? undefined : `to do: ${event.todo}`;
}

function onlySubtestsFailed(error: unknown): boolean {
  return (error as { failureType?: unknown }).failureType === "subtestsFailed";
}

function describeError(error: Error & { readonly cause?: unknown }): string {
  const cause = error.cause ?? error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}
