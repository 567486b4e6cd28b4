/** What keeps a request from being executed at all. */
import { defineProblems, type ProblemDefinition } from "#base/problem.ts";

const graphqlProblems = defineProblems({
  "malformed-request": {
    title: "The request is no JSON, or no document of GraphQL",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "invalid-request": {
    title: "The request lacks what GraphQL over HTTP asks for",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "invalid-document": {
    title: "The document does not fit the schema",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "limit-exceeded": {
    title: "The request asks for more than the limits of GraphQL allow",
    httpStatus: 400,
    faultKind: "resource_exhausted",
    blame: "client",
  },
  "media-type-unsupported": {
    title: "The request's body is not in JSON",
    httpStatus: 415,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "not-acceptable": {
    title: "The answer is not offered in an acceptable form",
    httpStatus: 406,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "mutation-by-get": {
    title: "GET is for queries alone",
    httpStatus: 405,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "unknown-document": {
    title: "No document has this id",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "document-not-trusted": {
    title: "Only documents that the operator has listed are executed",
    httpStatus: 403,
    faultKind: "permission_denied",
    blame: "client",
  },
  "no-service": {
    title: "There is no such service, or it has no contract",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
});

type ProblemCode = Exclude<keyof typeof graphqlProblems, "definitions">;

export interface GraphqlProblem {
  readonly kind: "problem";
  readonly definition: ProblemDefinition;
  readonly message: string;
}

export function graphqlProblem(code: ProblemCode, message: string): GraphqlProblem {
  const { definition, detail } = graphqlProblems[code](message);
  return { kind: "problem", definition, message: detail };
}
