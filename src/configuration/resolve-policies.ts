/**
 * `policies` with files by absolute path and secrets wrapped, as their schemas say, and every scope
 * compared with what there is. What a policy itself finds wrong is found where policies are known.
 */
import { schemaUnder, type JsonSchema } from "#base/json-schema.ts";
import { didYouMean } from "#base/nearest.ts";
import { eachCallerName } from "./callers.ts";
import type { Configuration, PolicyScope, PolicyUse } from "./configuration.ts";
import type { DeclaredPolicy, DeclaredPolicyOptions } from "./declared.ts";
import type { PemFiles } from "./pem-files.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

interface Surroundings {
  /** Of the list. */
  readonly schema: JsonSchema | undefined;
  readonly pemFiles: PemFiles;
  readonly reporter: Reporter;
}

export function resolvePolicies(
  declared: readonly DeclaredPolicy[],
  path: NodePath,
  { schema, pemFiles, reporter }: Surroundings,
): readonly PolicyUse[] {
  return declared.flatMap((item, index) =>
    Object.entries(item).map(([name, { only, ...options }]) => {
      const own = [...path, index, name];
      const known = schemaUnder(schemaUnder(schema, index), name);
      return {
        name,
        options: resolveMembers(options, known, own, pemFiles),
        only: scopeOf(only),
        source: reporter.placeOf(own),
      };
    }),
  );
}

function scopeOf(only: DeclaredPolicyOptions["only"]): PolicyScope | undefined {
  return only && { callers: only.callers, operations: only.operations };
}

export function resolveMembers(
  members: Readonly<Record<string, unknown>>,
  schema: JsonSchema | undefined,
  path: NodePath,
  pemFiles: PemFiles,
): Record<string, unknown> {
  const resolved: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(members)) {
    resolved[key] = resolveValue(value, schemaUnder(schema, key), [...path, key], pemFiles);
  }
  return resolved;
}

function resolveValue(
  value: unknown,
  schema: JsonSchema | undefined,
  path: NodePath,
  pemFiles: PemFiles,
): unknown {
  if (typeof value === "string") {
    if (schema?.["x-file"] === true) return pemFiles.anyFile(value, path).file;
    if (schema?.["x-folder"] === true) return pemFiles.folder(value);
    return schema?.writeOnly === true ? { secret: value } : value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      resolveValue(item, schemaUnder(schema, index), [...path, index], pemFiles),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return resolveMembers(value as Readonly<Record<string, unknown>>, schema, path, pemFiles);
}

/** What a scope names has to exist, or the policy is for nothing. Operations come later. */
export function checkPolicyScopes(
  { services, callers, policies }: Pick<Configuration, "services" | "callers" | "policies">,
  reporter: Reporter,
): void {
  const names = callers === "open" ? [] : eachCallerName(callers);
  const known = new Set([...names, "anonymous"]);
  const check = (uses: readonly PolicyUse[], path: NodePath): void => {
    for (const [index, { name, only }] of uses.entries()) {
      for (const [place, caller] of only?.callers?.entries() ?? []) {
        if (known.has(caller)) continue;
        const own = [...path, index, name, "only", "callers", place];
        const message = `${JSON.stringify(caller.slice(0, 100))} is no caller`;
        reporter.error(own, "unknown-caller", message, didYouMean(caller, known));
      }
    }
  };
  check(policies, ["policies"]);
  for (const service of services) {
    check(service.policies, ["services", service.name, "policies"]);
  }
}
