/**
 * google.protobuf.FieldMask as JSON has it, protobuf.dev/programming-guides/json: one text, paths
 * parted by commas, lowerCamelCase where files have snake_case. What that cannot tell is refused.
 */
import type { StringType } from "#contract/types.ts";
import { ProtoRefusal } from "./proto-cursor.ts";

export const fieldMask: StringType = {
  kind: "string",
  whitespace: "preserve",
  pattern: "^([A-Za-z0-9.*]+(,[A-Za-z0-9.*]+)*)?$",
  patternDialect: "ecma",
  format: "google-fieldmask",
};

/** Paths as messages have them: `user.displayName,photo` is `user.display_name` and `photo`. */
export function toPaths(text: string): readonly string[] {
  if (text === "") return [];
  return text.split(",").map((path) => {
    if (/^[A-Za-z0-9.*]+$/.test(path)) return snakeCase(path);
    const example = isTold(path) ? `, such as ${camelCase(path)}` : "";
    throw refusal(path, `expected a path of a field mask in lowerCamelCase${example}`);
  });
}

export function fromPaths(paths: readonly string[]): string {
  return paths
    .map((path) => {
      if (isTold(path)) return camelCase(path);
      throw refusal(
        path,
        "expected a path of a field mask that is the same after lowerCamelCase and back",
      );
    })
    .join(",");
}

function isTold(path: string): boolean {
  return /^[a-z0-9_.*]+$/.test(path) && snakeCase(camelCase(path)) === path;
}

function camelCase(path: string): string {
  return path.replaceAll(/_+([a-z]?)/g, (_, letter: string) => letter.toUpperCase());
}

function snakeCase(path: string): string {
  return path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function refusal(path: string, expected: string): ProtoRefusal {
  return new ProtoRefusal(`the path \`${path.slice(0, 100)}\`: ${expected}`, "invalid-value");
}
