/** Large lists in SOAP answers, of services and towards callers. */
import type { Call } from "#call/call.ts";
import type { Operation, SoapBinding } from "#contract/contract.ts";
import { findLargeLists, relaxList, type LargeList } from "#contract/large-list.ts";
import type {
  LargeAnswer,
  LargeAnswerFace,
  LargeAnswerUpstream,
} from "#extension/large-answers.ts";
import type { ServiceContract, Upstream } from "#extension/protocol.ts";
import { placeOfList, splitList } from "#base/split-list.ts";
import { hasAsciiMarkup, xmlListPath } from "#formats/xml/list-path.ts";
import { anyName, createXmlListScanner } from "#formats/xml/list-scanner.ts";
import { parseMediaType } from "./media-type.ts";
import type { SoapOperation } from "./operations.ts";

type SplitAnswer = NonNullable<LargeAnswerUpstream["splitAnswer"]>;

/** @param createUpstream for an operation whose output is relaxed. */
export function splitSoapAnswer(
  { contract, serviceName }: ServiceContract,
  find: (operation: Operation) => SoapOperation,
  createUpstream: (service: ServiceContract) => Upstream,
): SplitAnswer {
  const relaxed = new Map<string, { readonly upstream: Upstream; readonly operation: Operation }>();
  const relax = (operation: Operation, list: LargeList, isPart: boolean) => {
    const names = list.steps.map(({ field }) => field.name);
    const key = JSON.stringify([operation.id, names, isPart]);
    let made = relaxed.get(key);
    if (made === undefined) {
      const own = relaxList(contract, operation, list, isPart);
      const upstream = createUpstream({ contract: own.contract, serviceName });
      relaxed.set(key, (made = { upstream, operation: own.operation }));
    }
    return made;
  };
  return (response, call, begun): LargeAnswer | undefined => {
    const { operation } = call;
    const { binding } = find(operation);
    if (!isPlain(binding) || operation.output === undefined) return undefined;
    if (response.status < 200 || response.status > 299 || !hasAsciiMarkup(begun)) return undefined;
    const essence = parseMediaType(response.field("content-type"))?.essence;
    if (essence === undefined || essence === "multipart/related") return undefined;
    const lists = findLargeLists(contract, operation.output);
    const paths = lists.map((one) => pathOf(binding, one));
    const splitter = splitList(createXmlListScanner(paths), begun);
    const list = splitter && lists[splitter.list];
    if (splitter === undefined || list === undefined) return undefined;
    return {
      list,
      isUnordered: list.steps.some(({ record }) => record.xmlOrder === "all"),
      get heldBytes() {
        return splitter.heldBytes;
      },
      push: splitter.push,
      end: splitter.end,
      decode(body, isLast) {
        const { upstream, operation: own } = relax(operation, list, !isLast);
        return upstream.decode({ ...response, body }, { ...call, operation: own } satisfies Call);
      },
    };
  };
}

/** Elements of SOAP encoding may stand elsewhere, and attachments do. */
function isPlain({ use, mtom, attachments }: SoapBinding): boolean {
  return use === "literal" && mtom !== true && (attachments?.output.length ?? 0) === 0;
}

function pathOf({ wrapped }: SoapBinding, { steps }: LargeList): readonly string[] {
  return ["Envelope", "Body", ...(wrapped ? [anyName] : []), ...xmlListPath(steps)];
}

export const placeInSoapAnswer =
  (find: (operation: Operation) => SoapOperation): NonNullable<LargeAnswerFace["placeOfItems"]> =>
  (list, body, { operation, negotiated }) => {
    const { parts = "none" } = (negotiated ?? {}) as { readonly parts?: string };
    if (operation === undefined || parts !== "none") return undefined;
    const { binding } = find(operation);
    const place = placeOfList(createXmlListScanner([pathOf(binding, list)]), body);
    return place && { ...place, separator: "" };
  };
