/** What a Markdown document holds that can be true or false: links, headings, blocks of code. */
import type { SourceFile } from "#tests/support/source-files.ts";

export interface CodeBlock {
  readonly path: string;
  /** 1-based, of the first line inside. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const fence = /^```(\w*)[^\n]*\n([\s\S]*?)^```/gm;

export function codeBlocks({ path, text }: SourceFile): readonly CodeBlock[] {
  return [...text.matchAll(fence)].map(({ index, 1: language = "", 2: inside = "" }) => ({
    path,
    line: text.slice(0, index).split("\n").length + 1,
    language,
    text: inside,
  }));
}

/** Blocks blanked out, so that what they show is not taken for links or headings. */
function prose(text: string): string {
  return text.replaceAll(fence, (block) => block.replaceAll(/[^\n]/g, " "));
}

/** Targets of links inside the project, as written. */
export function relativeLinks({ text }: SourceFile): readonly string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/i.test(target));
}

/** The anchors that headings get. */
export function anchors(text: string): ReadonlySet<string> {
  const headings = prose(text).matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** Code in running text. */
export function inlineCode({ text }: SourceFile): readonly string[] {
  return [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}
