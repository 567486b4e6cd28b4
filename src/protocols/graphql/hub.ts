/**
 * GraphQL to callers: `/graphql` with one schema over all services, whose operations have their
 * service's name before them, and `/graphql/{service}` with their own names.
 */
import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  subscribe,
  validate,
  type ExecutionArgs,
} from "graphql";
import type { CreateHub, HubSession, HubStream } from "#extension/hub.ts";
import type { FaceRequest, FaceResponse } from "#extension/protocol.ts";
import { errorLike, withExchange, type Execution } from "./execute.ts";
import { gatherKeys } from "./gather-keys.ts";
import { createAddress, type Address } from "./hub-address.ts";
import { failureOutcome, outcomeOf, respond, respondToBatch, type Outcome } from "./hub-answer.ts";
import { streamResults } from "./hub-events.ts";
import { acceptedForms, mediaTypes, type AnswerForm } from "./hub-media.ts";
import { readAsked, type Parameters } from "./hub-parameters.ts";
import { createFindText, type FindText } from "./hub-texts.ts";
import { graphqlProblem, type GraphqlProblem } from "./problems.ts";

const methods = ["GET", "POST"];

interface Request {
  readonly address: Address;
  readonly method: string;
  readonly forms: readonly AnswerForm[];
  readonly session: HubSession;
  readonly findText: FindText;
}

export const createGraphqlHub: CreateHub = (services, { graphql: settings }) => {
  const names = new Map(services.map((one) => [one.serviceName, one]));
  const addresses = new Map<string, Address>();
  const findText = createFindText(settings.documents);
  const addressOf = (path: string): Address | undefined => {
    const known = addresses.get(path);
    if (known !== undefined) return known;
    const one = names.get(path.slice("/graphql/".length));
    if (path !== "/graphql" && one === undefined) return undefined;
    const made =
      one === undefined
        ? createAddress(services, true, settings)
        : createAddress([one], false, settings);
    addresses.set(path, made);
    return made;
  };
  return {
    addresses: ["/graphql", "/graphql/{service}"].map((path) => ({ path, methods })),
    async handle(request, session) {
      const forms = acceptedForms(request.field("accept"));
      const refuse = (problem: GraphqlProblem): FaceResponse =>
        respond(outcomeOf(problem, session.exchangeId), forms[0] ?? "json");
      if (forms.length === 0) {
        const offered = Object.values(mediaTypes).join(", ");
        return refuse(graphqlProblem("not-acceptable", `answers are offered as ${offered}`));
      }
      const address = addressOf(request.path);
      if (address === undefined) {
        return refuse(graphqlProblem("no-service", "there is no such service with a contract"));
      }
      const { method } = request;
      const own: Request = { address, method, forms, session, findText };
      return answerAll(own, request, settings.limits.batchMax, refuse);
    },
    tell({ field }, fault, exchangeId) {
      const [form = "json"] = acceptedForms(field("accept"));
      return respond(failureOutcome(fault, exchangeId), form);
    },
  };
};

async function answerAll(
  own: Request,
  request: FaceRequest,
  batchMax: number,
  refuse: (problem: GraphqlProblem) => FaceResponse,
): Promise<FaceResponse | HubStream> {
  const asked = readAsked(request, batchMax);
  if (asked.kind === "problem") return refuse(asked);
  if (!asked.isBatch) {
    const outcome = await run(own, asked.all[0] as Parameters | GraphqlProblem, true);
    if ("kind" in outcome) return outcome;
    const [form = "json"] = own.forms;
    const isEvents = form === "events" && outcome.result.data !== undefined;
    return isEvents ? streamResults([outcome.result], failed(own)) : respond(outcome, form);
  }
  const outcomes = await Promise.all(asked.all.map((one) => run(own, one, false)));
  const [form = "json"] = own.forms.filter((one) => one !== "events");
  return respondToBatch(outcomes as readonly Outcome[], form);
}

/** @param mayStream whether a subscription has the answer for itself. */
async function run(
  own: Request,
  parameters: Parameters | GraphqlProblem,
  mayStream: boolean,
): Promise<Outcome | HubStream> {
  const { address, session } = own;
  const { exchangeId } = session;
  if (parameters.kind === "problem") return outcomeOf(parameters, exchangeId);
  const text = own.findText(parameters);
  if (typeof text !== "string") return outcomeOf(text, exchangeId);
  const prepared = address.prepare(text);
  if (prepared.kind === "refused") return refusal(own, prepared.errors, prepared.code);
  const { document, asksSchema } = prepared;
  const operation = getOperationAST(document, parameters.operationName);
  if (operation === undefined || operation === null) {
    const message =
      parameters.operationName === undefined
        ? "the document has several operations; name one by `operationName`"
        : `the document has no operation ${parameters.operationName.slice(0, 100)}`;
    return refusal(own, [new GraphQLError(message)], "OPERATION_RESOLUTION_FAILURE");
  }
  const isQuery = operation.operation === OperationTypeNode.QUERY;
  if (own.method === "GET" && operation.operation === OperationTypeNode.MUTATION) {
    return outcomeOf(graphqlProblem("mutation-by-get", "send mutations by POST"), exchangeId);
  }
  const schema = asksSchema && isQuery ? address.visibleTo(session) : address.schema;
  // What the executor does not find in a schema it leaves out without a word.
  const hidden = schema === address.schema ? [] : validate(schema, document);
  if (hidden.length > 0) return refusal(own, hidden, "GRAPHQL_VALIDATION_FAILED");
  const contextValue: Execution = {
    ...{ session, made: new Map(), keys: gatherKeys(session) },
  };
  const asked: ExecutionArgs = {
    ...{ schema, document, contextValue },
    variableValues: parameters.variables,
    operationName: parameters.operationName,
    options: { maxCoercionErrors: 20 },
  };
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    const result = await execute(asked);
    if (result.data === undefined) return refusal(own, result.errors ?? [], "BAD_USER_INPUT");
    if (result.errors === undefined) return { result };
    return { result: { ...result, errors: result.errors.map(failed(own)) } };
  }
  if (!mayStream || !own.forms.includes("events")) {
    const message = `a subscription is answered alone, as ${mediaTypes.events}`;
    return outcomeOf(graphqlProblem("not-acceptable", message), exchangeId);
  }
  const results = await subscribe(asked);
  if ("errors" in results) return refusal(own, results.errors ?? [], "BAD_USER_INPUT");
  return streamResults(results as Exclude<typeof results, { data?: unknown }>, failed(own));
}

/** Errors beneath the calls: values that the schema has no place for. */
function failed({ session }: Request): (cause: unknown) => GraphQLError {
  return (cause) => {
    const error = cause instanceof GraphQLError ? cause : new GraphQLError("the stream broke");
    if ("exchange" in error.extensions) return error;
    const told = { code: "INTERNAL_SERVER_ERROR", kind: "internal", fault: "service" };
    const extensions = { ...told, problem: "answer-not-encodable", exchange: session.exchangeId };
    return errorLike(error, error.message, extensions);
  };
}

/** Nothing was executed. What a caller may not call is not guessed at for it either. */
function refusal(
  { address, session }: Request,
  errors: readonly GraphQLError[],
  code: string,
): Outcome {
  const told = errors.map((error) => withExchange(error, code, session.exchangeId));
  if (code !== "GRAPHQL_VALIDATION_FAILED" || address.seesAll(session)) {
    return { result: { errors: told } };
  }
  const plain = told.map((error) => {
    const message = error.message.replace(/ Did you mean .*$/s, "");
    return errorLike(error, message, error.extensions);
  });
  return { result: { errors: plain } };
}
