/** How a file of this project looks: its name, head, size, lines, citations and words. */
import { basename, dirname } from "node:path";
import { maskSource } from "#tests/support/mask-source.ts";
import { findingAt, findingsOf, type Rule } from "./finding.ts";
import { citationFault } from "./rfc-sections.ts";

const linesMax = 400;
const columnsMax = 100;
const headLinesMax = 4;

export const hasHead: Rule = ({ path, text }) => {
  const body = text.replace(/^#!.*\n/, "");
  const head = /^(?:\/\*\*?([\s\S]*?)\*\/|((?:\/\/.*\n)+))/.exec(body);
  if (head === null) return [`${path}:1: begins without a comment that says what the file is`];
  const lines = (head[1] ?? head[2] ?? "")
    .split("\n")
    .map((line) => line.replace(/^[\s*/]+/, "").trim())
    .filter((line) => line !== "");
  if (lines.length >= 1 && lines.length <= headLinesMax) return [];
  return [`${path}:1: the comment at its head has ${lines.length} lines, not 1 to ${headLinesMax}`];
};

export const isShort: Rule = ({ path, text }) => {
  const lines = text.trimEnd().split("\n").length;
  return lines <= linesMax ? [] : [`${path}: ${lines} lines, the limit is ${linesMax}: split it`];
};

export const hasShortLines: Rule = ({ path, text }) => {
  const masked = isTestCode(path) ? maskSource(text) : undefined;
  const uncommented = masked?.uncommented.split("\n");
  const code = masked?.code.split("\n");
  return text.split("\n").flatMap((line, index) => {
    const columns = [...line].length;
    if (columns <= columnsMax) return [];
    if (uncommented?.[index] === line && isMostlyLiteral(code?.[index] as string)) return [];
    return [`${path}:${index + 1}: ${columns} columns, the limit is ${columnsMax}`];
  });
};

function isTestCode(path: string): boolean {
  return path.startsWith("tests/") || path.endsWith(".test.ts");
}

/** In tests a long line may be data: a literal with hardly any code around it. */
function isMostlyLiteral(codeLine: string): boolean {
  return codeLine.replaceAll(/\s+/g, "").length < columnsMax / 2;
}

const vagueNames = /(^|-)(utils?|helpers?|common|managers?|impl|misc|stuff)(-|\.|$)/;

export const hasGoodName: Rule = ({ path }) => {
  const names = [...dirname(path).split("/"), basename(path)].filter((name) => name !== ".");
  return names.flatMap((name) => {
    if (vagueNames.test(name)) return [`${path}: "${name}" does not say what is inside`];
    if (/^[.a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(name) || isCapitalDocument(name)) return [];
    return [`${path}: "${name}" is not in kebab-case`];
  });
};

function isCapitalDocument(name: string): boolean {
  return /^[A-Z]+(\.md)?$/.test(name);
}

/** Any mention that could be meant as a citation, well formed or not; ids such as RFC0-1 aside. */
const mention =
  /(?<!"(?=RFC\d+"))\bRFC[\s-]?(\d+)(?!\d|-[\w.])(?:,?\s*(§|[Ss]ection\s|[Ss]ec\.?\s)?\s*([A-Z]|\d+)?((?:\.\d+)*))?/g;

export const citesWell: Rule = (file) =>
  findingsOf(file, file.text, mention, (match) => {
    const [found, number = "", mark, first, rest = ""] = match;
    if (!found.startsWith(`RFC ${number}`)) return `"${found}": write "RFC ${number}"`;
    if (mark === undefined || first === undefined) return citationFault(number, "");
    if (found !== `RFC ${number} §${first}${rest}`) {
      return `"${found}": write "RFC ${number} §${first}${rest}"`;
    }
    return citationFault(number, first + rest);
  });

/** The log is written by one file; the command line prints through its own. */
const printers = /^src\/(cli\/|app\/main|runtime\/log|.*\/log(ger)?\.ts$)/;

export const doesNotPrint: Rule = (file) => {
  if (printers.test(file.path)) return [];
  return findingsOf(file, maskSource(file.text).code, /\bconsole\.\w+/g, ([found]) => {
    return `${found}: only the log and the command line print`;
  });
};

/**
 * V8 keeps a double in place only where the field has held numbers from the beginning. Where it was
 * undefined first, every number put there is an object of its own, and a write barrier.
 */
export const beginsNumbers: Rule = (file) => {
  const field = /(?<=^\s+)(?:#|protected )(\w+): number;/gm;
  return findingsOf(file, maskSource(file.text).code, field, ([, name]) => {
    return `${name}: number without a value: begin with 0`;
  });
};

/** Places and names of one machine, which mean nothing to a reader elsewhere. */
const foreign: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /(?<![\w.*-])\/(?:work|root|home|Users)\/[\w.]/g, why: "a path of one machine" },
  { pattern: /(?<![\w.*-])\/tmp\//g, why: "a path of one machine; ask the system for a folder" },
  {
    pattern: /\bregistry\.[\w-]+\.(?:org|com|io)\b|\b(?:deb|security)\.debian\.org\b/g,
    why: "the host of a registry",
  },
];

export const belongsHere: Rule = (file) =>
  foreign.flatMap(({ pattern, why }) =>
    findingsOf(file, file.text, pattern, ([found]) => `"${found}" is ${why}`),
  );

export const namesNoDownloadHost: Rule = (file) => {
  const index = file.text.indexOf('"resolved": "http');
  return index < 0 ? [] : [findingAt(file, index, `"resolved" names a download host`)];
};
