/** Every package that this project asks for has a line that says why it is worth having. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * `page` is docs/reference/dependencies.md: rows of "| `name` | why | size | licence | instead of
 * |".
 */
export function dependencyFindings(manifest: Manifest, page: string): readonly string[] {
  const rows = page.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm);
  const cells = new Map([...rows].map(([, name = "", rest = ""]) => [name, rest.split("|")]));
  const all = Object.entries({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  });
  const names = all.map(([name]) => name);
  return [
    ...names.filter((name) => !cells.has(name)).map((name) => `${name}: has no row`),
    ...[...cells.keys()]
      .filter((name) => !names.includes(name))
      .map((name) => `${name}: has a row and is no dependency`),
    ...[...cells]
      .filter(([, row]) => row.length !== 4 || row.some((cell) => cell.trim() === ""))
      .map(([name]) => `${name}: wants why, size, licence and what was weighed against it`),
    ...all
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
      .map(([name, version]) => `${name}: "${version}" is no exact version`),
  ];
}
