/** Which operations are offered at a face: a name, or the beginning of names and `*`. */

export function isOffered(patterns: readonly string[], operationId: string): boolean {
  return patterns.some((pattern) => fits(pattern, operationId));
}

export function fits(pattern: string, operationId: string): boolean {
  return pattern.endsWith("*")
    ? operationId.startsWith(pattern.slice(0, -1))
    : operationId === pattern;
}
