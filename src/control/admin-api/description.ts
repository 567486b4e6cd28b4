/** openapi.yaml, read: the document itself and the addresses in it. */
import { fileURLToPath } from "node:url";
import type { Files } from "#base/platform.ts";
import type { QueryParameter } from "./check-query.ts";

export interface Description {
  readonly document: object;
  /** Path to upper-case method to operationId. */
  readonly addresses: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Undefined: there is nothing at this path. */
  readonly find: (path: string) => FoundAddress | undefined;
  /** By operationId. */
  readonly queries: ReadonlyMap<string, readonly QueryParameter[]>;
}

export interface FoundAddress {
  /** Upper-case method to operationId. */
  readonly methods: ReadonlyMap<string, string>;
  readonly parameters: Readonly<Record<string, string>>;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: { readonly type: QueryParameter["type"] };
  }[];
}

type Paths = Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;

/** The library is loaded here: a gateway that nobody asks can do without its memory. */
export async function readDescription(files: Pick<Files, "read">): Promise<Description> {
  const { parse } = await import("yaml");
  const path = fileURLToPath(new URL("./openapi.yaml", import.meta.url));
  const document = parse(files.read(path).toString("utf8")) as { readonly paths: Paths };
  const addresses = Object.entries(document.paths).map(([address, methods]) => {
    const ids = Object.entries(methods).map(
      ([method, { operationId }]) => [method.toUpperCase(), operationId] as const,
    );
    return { address, match: compileAddress(address), methods: new Map(ids) };
  });
  const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  return {
    document,
    queries: new Map(described.map((one) => [one.operationId, queryOf(one)])),
    addresses: new Map(addresses.map(({ address, methods }) => [address, methods])),
    find(asked) {
      for (const { match, methods } of addresses) {
        const parameters = match.exec(asked)?.groups;
        if (match.test(asked)) return { methods, parameters: { ...parameters } };
      }
      return undefined;
    },
  };
}

function queryOf({ parameters = [] }: DescribedOperation): readonly QueryParameter[] {
  return parameters.flatMap(({ name, in: place, schema: { type } }) =>
    place === "query" ? [{ name, type }] : [],
  );
}

/** `{name}` is one segment, but `{path}`, which is all that is left. */
function compileAddress(address: string): RegExp {
  const source = address
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return name === "path" ? "(?<path>.+)" : `(?<${name}>[^/]+)`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}
