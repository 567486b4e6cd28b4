/**
 * Runs the tests: all of them, or those whose path holds every given fragment. Prints a line
 * a file as it ends, then every failure, then what was not run, then the counts.
 */
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { runTestFiles, type FileResult } from "./run-test-files.ts";

const folders = ["src", "tests", "bench", "examples", "scripts", "simulation"];

export interface TestReport {
  readonly ok: boolean;
  readonly files: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** "file: suite: reason" of all that was left out, by intent or for want of a program. */
  readonly notRun: readonly string[];
}

export async function runTests(
  fragments: readonly string[],
  print: (line: string) => void,
): Promise<TestReport> {
  const files = findTestFiles(fragments);
  let ended = 0;
  const results = await runTestFiles(files, (result) => {
    ended += 1;
    print(`${progress(ended, files.length)} ${describeFile(result)}`);
  });
  for (const result of results) printFailures(result, print);
  return report(results, print);
}

function findTestFiles(fragments: readonly string[]): readonly string[] {
  return globSync(folders.map((folder) => `${folder}/**/*.test.ts`))
    .filter((file) => !file.includes("node_modules"))
    .filter((file) => fragments.every((part) => file.includes(part)))
    .sort();
}

function progress(ended: number, total: number): string {
  return `[${String(ended).padStart(String(total).length)}/${total}]`;
}

function describeFile({ file, passed, failures, skipped, notRun, durationMs }: FileResult): string {
  const parts = [`${passed} passed`];
  if (failures.length > 0) parts.push(`${failures.length} FAILED`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  if (notRun.length > 0) parts.push(`${notRun.length} not run`);
  const mark = failures.length > 0 ? "FAIL" : "ok  ";
  return `${mark} ${file} (${parts.join(", ")}, ${(durationMs / 1000).toFixed(1)} s)`;
}

function printFailures(result: FileResult, print: (line: string) => void): void {
  for (const { name, reason } of result.failures) {
    print(`\nFAIL ${result.file}${name === "" ? "" : `: ${name}`}`);
    print(indent(reason));
  }
  if (result.failures.length > 0 && result.output.trim() !== "") {
    print(`\noutput of ${result.file}:`);
    print(indent(lastLines(result.output, 60)));
  }
}

function report(results: readonly FileResult[], print: (line: string) => void): TestReport {
  const notRun = results.flatMap(({ file, skipped, notRun: missing }) =>
    [...skipped, ...missing].map(({ name, reason }) => `${file}: ${name}: ${reason}`),
  );
  if (notRun.length > 0) print(`\nNot run:\n${indent(notRun.join("\n"))}`);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failures.length, 0);
  if (passed + failed === 0) print("no test was run");
  return {
    ok: failed === 0 && passed > 0,
    files: results.length,
    passed,
    failed,
    skipped: notRun.length,
    notRun,
  };
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}

function lastLines(text: string, count: number): string {
  const lines = text.trimEnd().split("\n");
  const left = lines.length - count;
  return left > 0 ? `(${left} lines before)\n${lines.slice(-count).join("\n")}` : lines.join("\n");
}

/** The closing line that people and CI read. */
export function closingLine({ passed, failed, skipped }: TestReport): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const result = await runTests(positionals, print);
  print(`\n${closingLine(result)}`);
  process.exitCode = result.ok ? 0 : 1;
}
