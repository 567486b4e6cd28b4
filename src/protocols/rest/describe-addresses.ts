/**
 * Paths as OpenAPI has them: variables are whole texts between slashes, and paths that differ in
 * the names of variables alone are one (OpenAPI 3.1 §4.8.8): the first one's names hold.
 */
import { cutPath, pathVariable } from "#contract/path-segments.ts";

export interface DescribedAddress {
  readonly path: string;
  /** Of the variables in the path, in order. */
  readonly names: readonly string[];
}

export function createAddresses(): (path: string) => DescribedAddress {
  const known = new Map<string, DescribedAddress>();
  return (given) => {
    const { segments, captures } = cutPath(given);
    const path = `/${segments.join("/")}`;
    const shape = path.replaceAll(pathVariable, "{}");
    const address = known.get(shape) ?? { path, names: captures };
    known.set(shape, address);
    return address;
  };
}
