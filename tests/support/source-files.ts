/** The project's own files, for tests that read them as text. Paths are relative to the root. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface SourceFile {
  /** With forward slashes, from the root of the project. */
  readonly path: string;
  readonly text: string;
}

const root = join(import.meta.dirname, "..", "..");

export function readProjectFile(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Paths that match, sorted, without anything installed or generated at run time. */
export function projectPaths(...patterns: readonly string[]): readonly string[] {
  return globSync(patterns, { cwd: root })
    .filter((path) => !/(^|\/)(node_modules|data)\//.test(path))
    .sort();
}

export function projectFiles(...patterns: readonly string[]): readonly SourceFile[] {
  return projectPaths(...patterns).map((path) => ({ path, text: readProjectFile(path) }));
}

/** Names of the folders directly inside a folder that hold at least one TypeScript file. */
export function projectFolders(parent: string): readonly string[] {
  const folders = projectPaths(`${parent}/*/**/*.ts`).map(
    (path) => path.slice(parent.length + 1).split("/")[0] as string,
  );
  return [...new Set(folders)];
}

/** `./x.ts` seen from a file. */
export function besides(path: string, relative: string): string {
  return join(dirname(path), relative);
}
