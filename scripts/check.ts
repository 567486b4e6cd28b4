/**
 * Everything that must hold before a change lands, one step after the other; a failing step does
 * not hide the next. `--json` prints the report as JSON; names of steps run only those.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { closingLine, runTests, type TestReport } from "./test.ts";

interface Step {
  readonly name: string;
  /** What it holds, for the summary. */
  readonly holds: string;
  readonly command: readonly string[];
}

const steps: readonly Step[] = [
  { name: "format", holds: "prettier", command: ["prettier", "--check", "."] },
  { name: "lint", holds: "oxlint, type-aware", command: ["oxlint"] },
  { name: "types", holds: "tsc", command: ["tsc", "--noEmit", "--project", "."] },
  { name: "dead-code", holds: "knip", command: ["knip"] },
];
const testStep = { name: "tests", holds: "node:test" };

interface StepResult {
  readonly name: string;
  readonly holds: string;
  readonly ok: boolean;
  readonly durationMs: number;
  /** What a failing step printed. */
  readonly output: string;
  readonly tests?: TestReport;
}

const known = [...steps, testStep].map((step) => step.name);

function readArguments(): { readonly json: boolean; readonly only: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`there is no step "${unknown}"`);
    return { json: values.json, only: positionals };
  } catch (error) {
    process.stderr.write(`check: ${(error as Error).message}\n`);
    process.stderr.write(`usage: npm run check -- [--json] [${known.join("|")}]...\n`);
    return process.exit(2);
  }
}

const { json, only } = readArguments();
const print = (line: string): void =>
  void (json ? process.stderr : process.stdout).write(`${line}\n`);
const wanted = (step: { readonly name: string }): boolean =>
  only.length === 0 || only.includes(step.name);

const results: StepResult[] = [];
for (const step of steps.filter(wanted)) results.push(await runStep(step));
if (wanted(testStep)) results.push(await runTestStep());
const ok = results.every((result) => result.ok);
process.exitCode = ok ? 0 : 1;
printSummary();
if (json) process.stdout.write(`${JSON.stringify({ ok, steps: results }, undefined, 2)}\n`);

async function runStep({ name, holds, command }: Step): Promise<StepResult> {
  const startedMs = performance.now();
  const { code, output } = await runCommand(command);
  const durationMs = performance.now() - startedMs;
  print(`${code === 0 ? "ok  " : "FAIL"} ${name} (${seconds(durationMs)})`);
  if (code !== 0) print(output.trimEnd().replace(/^/gm, "  "));
  return { name, holds, ok: code === 0, durationMs, output: code === 0 ? "" : output };
}

async function runTestStep(): Promise<StepResult> {
  const startedMs = performance.now();
  const tests = await runTests([], print);
  const durationMs = performance.now() - startedMs;
  return { ...testStep, ok: tests.ok, durationMs, output: "", tests };
}

function runCommand(command: readonly string[]): Promise<{ code: number; output: string }> {
  const [program = "", ...rest] = command;
  return new Promise((done) => {
    let output = "";
    const child = spawn(`node_modules/.bin/${program}`, rest, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
    child.on("error", (error) => done({ code: -1, output: `${program}: ${error.message}` }));
    child.on("close", (code) => done({ code: code ?? -1, output }));
  });
}

function printSummary(): void {
  print("");
  for (const { name, holds, ok: held, durationMs } of results) {
    const columns = [name.padEnd(10), (held ? "ok" : "FAILED").padEnd(7), seconds(durationMs)];
    print(`${columns[0]} ${columns[1]} ${String(columns[2]).padStart(8)}  ${holds}`);
  }
  for (const { tests } of results) if (tests !== undefined) printNotRun(tests);
  const failed = results.filter((result) => !result.ok).map((result) => result.name);
  print(ok ? "\ncheck: all steps hold" : `\ncheck: failed: ${failed.join(", ")}`);
  // The closing line: tests where they ran, else steps.
  const tests = results.at(-1)?.tests;
  print(
    tests === undefined
      ? `${results.length - failed.length} passed, ${failed.length} failed`
      : closingLine(tests),
  );
}

function printNotRun({ notRun }: TestReport): void {
  if (notRun.length > 0) print(`\n${notRun.length} not run:\n  ${notRun.join("\n  ")}`);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
