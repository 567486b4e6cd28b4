/** Python modules of the machine that some suites call with; Debian's own Python has Debian's. */
import { spawnSync } from "node:child_process";
import { findTool, notRunPrefix } from "./tools.ts";

/** The first Python that has the module. */
export function pythonWith(module: string): string | undefined {
  const candidates = ["/usr/bin/python3", findTool("python3")];
  return candidates.find(
    (python) => python !== undefined && spawnSync(python, ["-c", `import ${module}`]).status === 0,
  );
}

/** False when there is one, else the reason for `skip`. Throws in CI. */
export function lacksPythonModule(module: string): false | string {
  if (pythonWith(module) !== undefined) return false;
  const reason = `${notRunPrefix}python3-${module} not installed`;
  if (process.env["CI"] === "true") throw new Error(`${reason}; CI runs every suite`);
  return reason;
}
