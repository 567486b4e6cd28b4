/** Which document a request means: one that it brings, one of the operator's, one sent before. */
import { hash } from "node:crypto";
import type { GraphqlDocuments } from "#base/graphql-settings.ts";
import { createKept } from "./hub-documents.ts";
import type { Parameters } from "./hub-parameters.ts";
import { graphqlProblem, type GraphqlProblem } from "./problems.ts";

export type FindText = (parameters: Parameters) => string | GraphqlProblem;

export function createFindText(documents: GraphqlDocuments | undefined): FindText {
  const trusted = new Map<string, string>();
  for (const [id, text] of Object.entries(documents?.texts ?? {})) {
    trusted.set(id, text);
    // By its digest, whatever its id.
    trusted.set(`sha256:${hash("sha256", text)}`, text);
  }
  const texts = new Set(trusted.values());
  const registered = createKept<string>();
  const isClosed = documents?.only === true;
  return ({ query, documentId, persistedHash }) => {
    if (query === undefined) {
      const id = documentId ?? persistedHash ?? "";
      const known = trusted.get(id) ?? trusted.get(`sha256:${id}`);
      const sent = isClosed || persistedHash === undefined ? undefined : registered.get(id);
      // The name by which clients know that they have to send the document as well.
      const message =
        documentId === undefined && !isClosed
          ? "PersistedQueryNotFound"
          : `there is no document ${id.slice(0, 100)}`;
      return known ?? sent ?? graphqlProblem("unknown-document", message);
    }
    if (isClosed && !texts.has(query)) {
      const message = "only documents that the operator has listed are executed";
      return graphqlProblem("document-not-trusted", message);
    }
    if (persistedHash !== undefined && !isClosed) {
      if (hash("sha256", query) !== persistedHash) {
        const message = "the sha256Hash is not the SHA-256 of the query";
        return graphqlProblem("invalid-request", message);
      }
      registered.set(persistedHash, query, query.length);
    }
    return query;
  };
}
