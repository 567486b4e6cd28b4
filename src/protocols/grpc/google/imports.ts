/** A statement of .proto that imports a file. */
export function imports(path: string): string {
  return `import ${JSON.stringify(path)};`;
}
