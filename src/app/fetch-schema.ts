/**
 * The schema of a running GraphQL server, in its own language, as its importer reads it: asked for
 * by the introspection query, which the server is free to refuse.
 */
import {
  buildClientSchema,
  getIntrospectionQuery,
  printSchema,
  type IntrospectionQuery,
} from "graphql";
import type { Platform } from "#base/platform.ts";
import { FetchFailure, readText } from "./fetch-contract.ts";

const documentBytesMax = 20 * 1024 * 1024;
const answerMsMax = 15_000;

/** Older servers know neither of what newer ones tell. */
const questions = [
  getIntrospectionQuery({
    ...{ specifiedByUrl: true, schemaDescription: true, inputValueDeprecation: true },
    ...{ directiveIsRepeatable: true, oneOf: true },
  }),
  getIntrospectionQuery(),
];

interface Result {
  readonly data?: object | null;
  readonly errors?: readonly { readonly message?: unknown }[];
}

/** Undefined: whatever is there, it speaks no GraphQL. */
export async function fetchSchema(
  url: string,
  { sockets }: Pick<Platform, "sockets">,
): Promise<string | undefined> {
  let refusal: string | undefined;
  for (const query of questions) {
    const result = await ask(sockets, url, JSON.stringify({ query }));
    if (result === undefined) break;
    const { data } = result;
    if (data !== undefined && data !== null && "__schema" in data) {
      return printed(url, data as IntrospectionQuery);
    }
    const message = result.errors?.[0]?.message;
    refusal = typeof message === "string" ? message.slice(0, 200) : "no reason";
  }
  if (refusal === undefined) return undefined;
  throw new FetchFailure(
    `${url} speaks GraphQL and does not tell its schema (${refusal}); import its SDL from a file`,
  );
}

function printed(url: string, data: IntrospectionQuery): string {
  try {
    return `${printSchema(buildClientSchema(data, { assumeValid: true }))}\n`;
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : String(error);
    throw new FetchFailure(`${url} tells a schema that cannot be read: ${reason}`);
  }
}

async function ask(
  sockets: Platform["sockets"],
  url: string,
  body: string,
): Promise<Result | undefined> {
  try {
    const answer = await sockets.fetch(url, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(answerMsMax),
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json;q=0.9",
      },
      body,
    });
    const { text } = await readText(url, answer, documentBytesMax);
    const result = JSON.parse(text) as unknown;
    const isResult =
      typeof result === "object" &&
      result !== null &&
      ("data" in result || ("errors" in result && Array.isArray(result.errors)));
    return isResult ? (result as Result) : undefined;
  } catch {
    return undefined;
  }
}
