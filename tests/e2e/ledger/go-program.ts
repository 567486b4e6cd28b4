/** Go's judge of exported logs, `verify-tiles.go`, made with Debian's packages of Go. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lacks, notRunPrefix } from "#tests/support/tools.ts";

const libraries = "/usr/share/gocode";

/** False, or why Go cannot judge here; in CI it must. */
export const lacksGo: false | string = lacks("go") || lacksLibrary();

function lacksLibrary(): false | string {
  if (existsSync(`${libraries}/src/golang.org/x/mod/sumdb/tlog`)) return false;
  const reason = `${notRunPrefix}golang-golang-x-mod-dev not installed`;
  if (process.env["CI"] === "true") throw new Error(`${reason}; CI runs every suite`);
  return reason;
}

export interface GoVerdict {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type GoVerify = (
  folder: string,
  origin: string,
  key: string,
  ...proofs: readonly string[]
) => GoVerdict;

/** @param folder for the program. */
export function buildGoVerifier(folder: string): GoVerify {
  const program = join(folder, "verify-tiles");
  const source = fileURLToPath(new URL("verify-tiles.go", import.meta.url));
  const cache = { GOCACHE: join(folder, "go-cache"), GOFLAGS: "" };
  const env = { ...process.env, GO111MODULE: "off", GOPATH: libraries, ...cache };
  execFileSync("go", ["build", "-o", program, source], { env });
  return (...args) => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  };
}
