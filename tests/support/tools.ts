/**
 * Programs of the machine that some suites run against. A suite names them in its `skip` option:
 * `test("...", { skip: lacks("nginx") }, ...)`. What was skipped this way is listed as not run at
 * the end of a test run; in CI a missing tool is a failure, never a skip.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian keeps servers where the PATH of a plain user does not look. */
const extraFolders = ["/usr/sbin", "/usr/local/sbin"];

export const notRunPrefix = "not run: ";

/** Absolute path of a program, or undefined. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...extraFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** False when all programs are there, else the reason for `skip`. Throws in CI. */
export function lacks(...names: readonly string[]): false | string {
  const missing = names.filter((name) => findTool(name) === undefined);
  if (missing.length === 0) return false;
  const reason = `${notRunPrefix}${missing.join(" and ")} not installed`;
  if (process.env["CI"] === "true") throw new Error(`${reason}; CI runs every suite`);
  return reason;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
