/** Contract documents for importers: from files of a folder, or from texts by name. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface ContractFiles {
  readonly file: string;
  readonly text: string;
  readonly read: (
    reference: string,
    from: string,
  ) => { readonly file: string; readonly text: string } | undefined;
}

/** Files below `folder`, named relative to it. */
export function filesIn(folder: string, file: string): ContractFiles {
  const read = (path: string) => {
    const found = join(folder, path);
    return existsSync(found) ? { file: path, text: readFileSync(found, "utf8") } : undefined;
  };
  const text = read(file)?.text ?? "";
  return { file, text, read: (reference, from) => read(join(dirname(from), reference)) };
}

export function filesOf(texts: Readonly<Record<string, string>>, file: string): ContractFiles {
  return {
    file,
    text: texts[file] ?? "",
    read: (reference) => {
      const text = texts[reference];
      return text === undefined ? undefined : { file: reference, text };
    },
  };
}
