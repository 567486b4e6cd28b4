// Stops with one clear message when the running Node is not the pinned one. Plain JavaScript, so that
// an old Node can read it: npm scripts load it with --import before any TypeScript.
import { readFileSync } from "node:fs";

const oldestMajor = 26;
const major = Number(process.versions.node.split(".")[0]);

if (major < oldestMajor) {
  const platform = `${process.platform}-${process.arch}`;
  const { optionalDependencies } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  const packages = Object.keys(optionalDependencies).filter((name) => name.startsWith("node-"));
  const own = packages.find((name) => name.endsWith(`-${platform}`));
  const remedy =
    own === undefined
      ? `there is no pinned Node for ${platform} (only ${packages.join(", ")}); ` +
        `install Node ${oldestMajor} or newer yourself and put it first in PATH`
      : `the package ${own} brings it; run "npm ci" without --omit=optional, ` +
        `then start through npm ("npm run check") so that node_modules/.bin comes first`;
  process.stderr.write(
    `parlance: this is Node ${process.versions.node}, and Node ${oldestMajor} or newer is needed.\n` +
      `parlance: ${remedy}.\n`,
  );
  process.exit(3);
}
