/**
 * What a reference stands for: `${NAME}` for an environment variable, `${file:PATH}` for the text
 * of a file, which is where secrets lie that a cluster or a vault hands out.
 */
import { resolve } from "node:path";
import type { Diagnostic } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import type { Files } from "#base/platform.ts";
import { reasonOf } from "./pem-files.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReferenceSources {
  readonly env: Environment;
  readonly files: Pick<Files, "readUpTo">;
  /** That paths are relative to. */
  readonly folder: string;
  /** Whether what is missing may have any value. */
  readonly isLenient?: boolean | undefined;
}

export type ReferenceFault = Pick<Diagnostic, "code" | "message" | "suggestion">;

/** Group 1: what stands between the braces; undefined: `$${`. Group 2: the brace that ends it. */
export const reference = /\$\$\{|\$\{([^}]*)(\}?)/g;

const variable = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?$/;
const inFile = /^file:([^]+)$/;
const fileBytesMax = 64 * 1024;

/** The file that it is about, absolute, also when it is not there; undefined: it is about none. */
export function referredFile(body: string, folder: string): string | undefined {
  const name = variable.test(body) ? undefined : inFile.exec(body)?.[1];
  return name === undefined ? undefined : resolve(folder, name);
}

/** @param end empty: the closing brace is missing. */
export function referenceValue(
  body: string,
  end: string,
  { env, files, folder, isLenient = false }: ReferenceSources,
): string | ReferenceFault {
  const file = end === "" ? undefined : referredFile(body, folder);
  if (file !== undefined) return textOf(file, files, isLenient);
  const parts = variable.exec(body);
  if (parts === null || end === "") {
    const shown = `\${${body.slice(0, 60)}${end}`;
    const expected = "expected `${NAME}`, `${NAME:-default}` or `${file:PATH}`";
    const message = `\`${shown}\` is not a reference; ${expected}`;
    return { code: "bad-reference", message, suggestion: "write `$${` for a literal `${`" };
  }
  const [, name = "", otherwise] = parts;
  const found = Object.hasOwn(env, name) ? env[name] : undefined;
  // As in a shell, `:-` stands in for a variable that is empty, too.
  if (otherwise !== undefined && (found === undefined || found === "")) return otherwise;
  if (found !== undefined) return found;
  if (isLenient) return standIn(name);
  const suggestion =
    didYouMean(name, Object.keys(env)) ?? `set it, or write \`\${${name}:-default}\``;
  const message = `environment variable \`${name}\` is not set`;
  return { code: "missing-variable", message, suggestion };
}

/** A line end behind it does not count: editors and `echo` put one there. */
function textOf(
  file: string,
  { readUpTo }: Pick<Files, "readUpTo">,
  isLenient: boolean,
): string | ReferenceFault {
  const bad = (reason: string): ReferenceFault => ({
    code: "unreadable-file",
    message: `${file} cannot be read (${reason}); expected a file with text`,
  });
  let bytes: Buffer;
  try {
    bytes = readUpTo(file, fileBytesMax + 1);
  } catch (error) {
    return isLenient ? standIn(file) : bad(reasonOf(error));
  }
  if (bytes.length > fileBytesMax) return bad(`it is larger than ${fileBytesMax} bytes`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    return bad("it is not UTF-8");
  }
}

/** A text that a key can be, another one for each name: callers with the same key are an error. */
function standIn(name: string): string {
  return `value-of-${encodeURIComponent(name.toWellFormed())}-that-is-missing`;
}
