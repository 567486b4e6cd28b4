/** openapi.yaml, read: the document itself and the addresses in it. */
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Files } from "#base/platform.ts";

export interface Description {
  readonly document: object;
  /** Path to upper-case method to operationId. */
  readonly addresses: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

type Paths = Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;

export function readDescription(files: Pick<Files, "read">): Description {
  const path = fileURLToPath(new URL("./openapi.yaml", import.meta.url));
  const document = parse(files.read(path).toString("utf8")) as { readonly paths: Paths };
  const addresses = Object.entries(document.paths).map(([address, methods]) => {
    const ids = Object.entries(methods).map(
      ([method, { operationId }]) => [method.toUpperCase(), operationId] as const,
    );
    return [address, new Map(ids)] as const;
  });
  return { document, addresses: new Map(addresses) };
}
