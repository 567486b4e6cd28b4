/** What a TypeScript file imports, found in its text. */
import { maskSource } from "#tests/support/mask-source.ts";
import { besides, type SourceFile } from "#tests/support/source-files.ts";

export interface Import {
  /** The importing file. */
  readonly path: string;
  /** As written. */
  readonly specifier: string;
  /** The imported file of this project, or undefined for a package or `node:` module. */
  readonly target: string | undefined;
  /** `import type`, gone when the program runs. */
  readonly typeOnly: boolean;
}

const statement = /\b(?:import|export)\b(\s+type\b)?[^"'`;()]*?\bfrom\s*["']([^"'\n]+)["']/g;
const bare = /\bimport\s*["']([^"'\n]+)["']/g;
const dynamic = /\bimport\s*\(\s*["']([^"'\n]+)["']/g;
const sibling = /\bnew URL\(\s*["'](\.[^"'\n]+\.ts)["']\s*,\s*import\.meta\.url/g;

export function importsOf(file: SourceFile): readonly Import[] {
  const { uncommented } = maskSource(file.text);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const target = targetOf(file.path, specifier);
    found.push({ path: file.path, specifier, target, typeOnly });
  };
  for (const [, type, specifier = ""] of uncommented.matchAll(statement)) {
    add(specifier, type !== undefined);
  }
  for (const pattern of [bare, dynamic, sibling]) {
    for (const [, specifier = ""] of uncommented.matchAll(pattern)) add(specifier, false);
  }
  return found;
}

function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return besides(path, specifier);
  if (specifier.startsWith("#tests/")) return specifier.slice(1);
  return specifier.startsWith("#") ? `src/${specifier.slice(1)}` : undefined;
}
