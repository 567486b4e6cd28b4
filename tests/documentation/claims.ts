/** Whether what a document shows exists: linked files, commands, options, configurations. */
import { posix } from "node:path";
import { formatDiagnostic } from "#base/diagnostic.ts";
import { commonOptions, type Command } from "#cli/command.ts";
import { loadText } from "#tests/support/load-text.ts";
import type { SourceFile } from "#tests/support/source-files.ts";
import { anchors, codeBlocks, inlineCode, relativeLinks, type CodeBlock } from "./markdown.ts";

/** Broken links of a document; `read` gives the text of a file, or undefined. */
export function brokenLinks(
  file: SourceFile,
  read: (path: string) => string | undefined,
): readonly string[] {
  return relativeLinks(file).flatMap((link) => {
    const [target = "", anchor] = link.split("#");
    const path = target === "" ? file.path : posix.join(posix.dirname(file.path), target);
    const text = read(path);
    if (text === undefined) return [`${file.path}: ${link} leads nowhere`];
    if (anchor === undefined || anchors(text).has(anchor)) return [];
    return [`${file.path}: ${path} has no heading #${anchor}`];
  });
}

/** Lines of shell, from blocks and from running text. */
function shellLines(file: SourceFile): readonly string[] {
  const blocks = codeBlocks(file).filter(({ language }) => ["sh", "bash", ""].includes(language));
  const lines = blocks.flatMap(({ text }) => text.replaceAll("\\\n", " ").split("\n"));
  return [...lines, ...inlineCode(file)].map((line) => line.replace(/^\s*\$ /, "").trim());
}

const npmCommand = /(?:^|&& )npm (?:run )?(?:--\S+ )*([a-z][\w:-]*)/g;
const npmOwn: ReadonlySet<string> = new Set(["ci", "install", "i"]);

export function unknownScripts(
  file: SourceFile,
  scripts: Readonly<Record<string, string>>,
): readonly string[] {
  const names = shellLines(file).flatMap((line) =>
    [...line.matchAll(npmCommand)].map(([, name = ""]) => name),
  );
  return [...new Set(names)]
    .filter((name) => !npmOwn.has(name) && scripts[name] === undefined)
    .map((name) => `${file.path}: there is no npm script "${name}"`);
}

const ownCommand = /(?:^|&& |[A-Z_]+=\S+ )(?:bin\/)?parlance ([a-z][\w-]*)(.*)$/;

export function unknownCommands(file: SourceFile, commands: readonly Command[]): readonly string[] {
  return shellLines(file).flatMap((line) => {
    const [, first, rest = ""] = ownCommand.exec(line.replace(/\s+#.*$/, "")) ?? [];
    if (first === undefined) return [];
    const isGroup = commands.some((one) => one.name.startsWith(`${first} `));
    const name = isGroup ? `${first} ${rest.trim().split(" ")[0]}` : first;
    const command = commands.find((one) => one.name === name);
    if (command === undefined) return [`${file.path}: there is no command "parlance ${name}"`];
    const known = { ...command.options, ...commonOptions };
    return [...rest.matchAll(/(?<=\s)--([a-z][\w-]*)/g)]
      .filter(([, option = ""]) => known[option] === undefined)
      .map(([option]) => `${file.path}: "parlance ${name}" has no option ${option}`);
  });
}

export interface Pems {
  readonly certificate: string;
  readonly key: string;
}

/** A block of YAML is a configuration; what a part leaves out is filled in. */
export function configurationFaults(block: CodeBlock, pems: Pems): readonly string[] {
  const { text, path, line } = block;
  const missing =
    (/^version:/m.test(text) ? "" : "version: 1\n") +
    (/^services:/m.test(text)
      ? ""
      : `services: { orders: { instances: ["http://127.0.0.1:1"] } }\n`);
  const names = [...text.matchAll(/[\w./-]+\.pem/g)].map(([name]) => name);
  const files = names.map(
    (name) => [name, /key/.test(name) ? pems.key : pems.certificate] as const,
  );
  const variables = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = ""]) => [name, `x-${name}`]);
  const { diagnostics } = loadText(text + missing, {
    env: Object.fromEntries(variables) as Record<string, string>,
    files: Object.fromEntries(files),
  });
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map((diagnostic) => `${path}, block at line ${line}: ${formatDiagnostic(diagnostic)}`);
}
