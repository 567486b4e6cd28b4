/** Large lists in answers of REST services, and towards REST callers: in JSON and in XML. */
import type { Call } from "#call/call.ts";
import { findLargeLists, relaxList, type LargeList } from "#contract/large-list.ts";
import type {
  LargeAnswer,
  LargeAnswerFace,
  LargeAnswerUpstream,
} from "#extension/large-answers.ts";
import type { ServiceContract, Upstream } from "#extension/protocol.ts";
import { jsonListPath } from "#formats/json/list-path.ts";
import { createJsonListScanner } from "#formats/json/list-scanner.ts";
import { placeOfList, splitList } from "#base/split-list.ts";
import { hasAsciiMarkup, xmlListPath } from "#formats/xml/list-path.ts";
import { anyName, createXmlListScanner } from "#formats/xml/list-scanner.ts";
import type { Contract } from "#contract/contract.ts";
import { bodyFor } from "./bodies.ts";
import type { BodyCodec } from "./body-codec.ts";
import type { RestNegotiated } from "./face-encode.ts";
import { parseMediaType } from "./negotiate.ts";
import type { RestOperation, RestResponseCodec } from "./rest-operation.ts";

type SplitAnswer = NonNullable<LargeAnswerUpstream["splitAnswer"]>;

/** @param createUpstream for an operation whose output is relaxed. */
export function splitRestAnswer(
  { contract, serviceName }: ServiceContract,
  operationOf: (operation: Call["operation"]) => RestOperation,
  createUpstream: (service: ServiceContract) => Upstream,
): SplitAnswer {
  const relaxed = createRelaxed(contract, serviceName, createUpstream);
  return (response, call, begun): LargeAnswer | undefined => {
    const { operation } = call;
    const rest = operationOf(operation);
    const success = rest.successes.find(({ status }) => status === response.status);
    if (success === undefined || operation.output === undefined) return undefined;
    const codec = codecOf(success, response.field("content-type"));
    const lists = findLargeLists(contract, operation.output);
    const paths = lists.map((list) => codec && pathIn(contract, codec, success, list));
    const usable = lists.filter((_, index) => paths[index] !== undefined);
    if (codec === undefined || usable.length === 0) return undefined;
    const isJson = codec.content.format === "json";
    if (!isJson && !hasAsciiMarkup(begun)) return undefined;
    const found = paths.filter((path) => path !== undefined);
    const scanner = isJson ? createJsonListScanner(found) : createXmlListScanner(found);
    const splitter = splitList(scanner, begun);
    const list = splitter && usable[splitter.list];
    if (splitter === undefined || list === undefined) return undefined;
    const inAnyOrder = list.steps.some(({ record }) => record.xmlOrder === "all");
    return {
      list,
      isUnordered: isJson || inAnyOrder,
      get heldBytes() {
        return splitter.heldBytes;
      },
      push: splitter.push,
      end: splitter.end,
      decode(body, isLast) {
        const { upstream, operation: own } = relaxed(operation, list, !isLast);
        return upstream.decode({ ...response, body }, { ...call, operation: own });
      },
    };
  };
}

type Relaxed = (
  operation: Call["operation"],
  list: LargeList,
  isPart: boolean,
) => { readonly upstream: Upstream; readonly operation: Call["operation"] };

function createRelaxed(
  contract: Contract,
  serviceName: string,
  createUpstream: (service: ServiceContract) => Upstream,
): Relaxed {
  const known = new Map<string, ReturnType<Relaxed>>();
  return (operation, list, isPart) => {
    const names = list.steps.map(({ field }) => field.name);
    const key = JSON.stringify([operation.id, names, isPart]);
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const relaxed = relaxList(contract, operation, list, isPart);
    const upstream = createUpstream({ contract: relaxed.contract, serviceName });
    const made = { upstream, operation: relaxed.operation };
    known.set(key, made);
    return made;
  };
}

function codecOf({ bodies }: RestResponseCodec, contentType: string | undefined) {
  if (contentType === undefined) return bodies[0];
  const type = parseMediaType(contentType);
  return type && bodyFor(bodies, type);
}

/** Undefined: the body of this answer does not hold the list. */
function pathIn(
  contract: Contract,
  { content: { format } }: BodyCodec,
  { field, variant }: RestResponseCodec,
  { steps }: LargeList,
): readonly string[] | undefined {
  if (field === null || variant !== undefined) return undefined;
  const [first] = steps;
  if (field !== undefined && first?.field.name !== field) return undefined;
  const inside = field === undefined ? steps : steps.slice(1);
  if (format === "json") return jsonListPath(contract, inside);
  if (format !== "xml") return undefined;
  // A list that is the body has its items right in the root element.
  const item = first?.field.xml?.name ?? first?.field.name ?? "";
  return [anyName, ...(inside.length === 0 ? [item] : xmlListPath(inside))];
}

export const placeInRestAnswer =
  (contract: Contract): NonNullable<LargeAnswerFace["placeOfItems"]> =>
  (list, body, context) => {
    const { rest, answer } = (context.negotiated ?? {}) as Partial<RestNegotiated>;
    const success = rest?.successes[0];
    if (success === undefined || answer === undefined) return undefined;
    const path = pathIn(contract, answer, success, list);
    if (path === undefined) return undefined;
    const isJson = answer.content.format === "json";
    const scanner = isJson ? createJsonListScanner([path]) : createXmlListScanner([path]);
    const place = placeOfList(scanner, body);
    return place && { ...place, separator: isJson ? "," : "" };
  };
