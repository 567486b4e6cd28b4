/** `graphql`, with the documents of its file at hand. */
import { hash } from "node:crypto";
import type { Reporter } from "#formats/yaml/reporter.ts";
import type { GraphqlDocuments, GraphqlSettings } from "#base/graphql-settings.ts";
import type { Declared } from "./declared.ts";
import type { PemFiles } from "./pem-files.ts";

const path = ["graphql", "documents", "file"];

export function resolveGraphql(
  { introspection, keyLists, limits, documents }: Declared["graphql"],
  pemFiles: PemFiles,
  reporter: Reporter,
): GraphqlSettings {
  const texts = documents && readTexts(documents.file, pemFiles, reporter);
  const own: GraphqlDocuments | undefined = documents && {
    texts: texts ?? {},
    only: documents.only,
  };
  return { introspection, keyLists, limits: { ...limits }, documents: own };
}

/** Undefined: it is no such file, which has been reported. */
function readTexts(
  name: string,
  pemFiles: PemFiles,
  reporter: Reporter,
): GraphqlDocuments["texts"] | undefined {
  const { file, content } = pemFiles.anyFile(name, path);
  if (!Buffer.isBuffer(content)) return undefined;
  const refuse = (reason: string): undefined => {
    const message = `${file} is not usable (${reason}); expected a JSON object of documents by id`;
    reporter.error(path, "bad-documents", message);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.toString("utf8"));
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return refuse("it holds no object");
  }
  for (const [id, text] of Object.entries(parsed)) {
    if (typeof text !== "string") return refuse(`${id.slice(0, 100)} is no text`);
    const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(id)?.[1];
    if (digest !== undefined && digest !== hash("sha256", text)) {
      return refuse(`${id} is not the SHA-256 of its document`);
    }
  }
  return parsed as GraphqlDocuments["texts"];
}
