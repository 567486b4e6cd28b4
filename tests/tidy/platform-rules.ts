/**
 * Time, randomness, sockets, files and threads are reached through `src/base/platform.ts` only, so
 * that a simulation can stand in for all of them. The tables name the few files that are the door.
 */
import { maskSource } from "#tests/support/mask-source.ts";
import type { SourceFile } from "#tests/support/source-files.ts";
import { findingsOf, type Rule } from "./finding.ts";

const platformFile = "src/base/platform.ts";
const doors = [platformFile, "src/base/late-modules.ts"];

interface ModuleRule {
  readonly modules: readonly string[];
  /** Files, or folders with a slash at their end, that may import anything of it. */
  readonly doors: readonly string[];
  /** Names that do nothing but compute, allowed everywhere. */
  readonly pure?: readonly string[];
  readonly instead: string;
}

const moduleRules: readonly ModuleRule[] = [
  {
    modules: ["net", "tls", "dgram", "dns", "dns/promises", "http", "https"],
    doors: [platformFile],
    pure: [
      "isIP",
      "isIPv4",
      "isIPv6",
      "BlockList",
      "STATUS_CODES",
      "createSecureContext",
      "checkServerIdentity",
    ],
    instead: "platform.sockets",
  },
  { modules: ["fs", "fs/promises"], doors: [platformFile], instead: "platform.files" },
  { modules: ["timers", "timers/promises"], doors: [platformFile], instead: "platform.timers" },
  { modules: ["perf_hooks"], doors: [platformFile], instead: "platform.clock" },
  { modules: ["http2"], doors: ["src/wire/"], instead: "the listener of wire" },
  {
    modules: ["worker_threads"],
    doors: ["src/runtime/", "src/app/"],
    instead: "the supervisor of runtime",
  },
  {
    // Documents are loaded in a process of their own: docs/decisions/0010.
    modules: ["child_process"],
    doors: ["src/runtime/one-answer-process.ts"],
    instead: "worker threads, or askProcess of runtime",
  },
  { modules: ["cluster"], doors: [], instead: "worker threads" },
];

/** Names of modules that are free otherwise. */
const forbiddenNames: Readonly<Record<string, readonly string[]>> = {
  crypto: ["randomBytes", "randomUUID", "randomInt", "randomFill", "randomFillSync", "webcrypto"],
};

const forbiddenCode: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)/g, instead: "platform.clock" },
  { pattern: /\bperformance\.\w+|\bprocess\.(?:hrtime|uptime)\b/g, instead: "platform.clock" },
  { pattern: /\b(?:setTimeout|setInterval|setImmediate)\b/g, instead: "platform.timers" },
  { pattern: /\bMath\.random\b|\bcrypto\.\w*[rR]andom\w*/g, instead: "platform.random" },
  { pattern: /(?<![.\w])fetch\(|\bnew WebSocket\(/g, instead: "platform.sockets" },
  { pattern: /\bgetBuiltinModule\b/g, instead: "the modules of base/late-modules.ts" },
];

const importOfNode = /\bimport\s+(type\s+)?([^"';]*?)\s+from\s+"node:([^"]+)"/g;

export const throughThePlatform: Rule = (file) => [
  ...findingsOf(file, maskSource(file.text).uncommented, importOfNode, (match) =>
    match[1] === undefined ? importFault(file, match[2] ?? "", match[3] ?? "") : undefined,
  ),
  ...(doors.includes(file.path) ? [] : codeFindings(file)),
];

function importFault(file: SourceFile, clause: string, module: string): string | undefined {
  const names = valueNames(clause);
  const forbidden = names.find((name) => forbiddenNames[module]?.includes(name));
  if (forbidden !== undefined && file.path !== platformFile) {
    return `${forbidden} of node:${module}: use platform.random`;
  }
  const rule = moduleRules.find(({ modules }) => modules.includes(module));
  if (rule === undefined || rule.doors.some((door) => isBehind(file.path, door))) return undefined;
  const impure = names.find((name) => rule.pure?.includes(name) !== true);
  return impure === undefined ? undefined : `${impure} of node:${module}: use ${rule.instead}`;
}

/** What a clause like `x, { type A, b as c }` brings in that exists when the program runs. */
function valueNames(clause: string): readonly string[] {
  const [, outside = "", inside = ""] = /^([^{]*)(?:\{([^}]*)\})?/.exec(clause) ?? [];
  const named = inside.split(",").map((part) => part.trim());
  return [...outside.split(",").map((part) => part.trim()), ...named]
    .filter((part) => part !== "" && !part.startsWith("type "))
    .map((part) => part.split(/\s+as\s+/)[0] as string);
}

function isBehind(path: string, door: string): boolean {
  return door.endsWith("/") ? path.startsWith(door) : path === door;
}

function codeFindings(file: SourceFile): readonly string[] {
  const { code } = maskSource(file.text);
  return forbiddenCode.flatMap(({ pattern, instead }) =>
    findingsOf(file, code, pattern, ([found]) => `${found}: use ${instead}`),
  );
}
