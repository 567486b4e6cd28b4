/** A request as its face sees it: the path behind the face's prefix, and what it may know. */
import { fieldNames } from "#wire/field-names.ts";
import type { FaceRequest, ReadingManner } from "#extension/protocol.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { Snapshot } from "./snapshot.ts";

/** @param passes of a message that is only read. */
export function faceRequest(
  exchange: ExchangeRecord,
  body: Buffer,
  passes?: ReadingManner,
): FaceRequest {
  const { caller, withheld, route } = exchange;
  const { head } = caller;
  const query = head.targetEnd > head.pathEnd ? head.pathAndQuery.slice(head.path.length + 1) : "";
  const keyName =
    withheld === 0 ? undefined : keyFields.find((name) => fieldNames[name] === withheld);
  return {
    method: head.method,
    path: pathBehind(head.path, route?.stripSegments ?? 0),
    query,
    field(name) {
      // A contract may have a parameter of that name; the key is not for the service all the same.
      if (name === keyName) return undefined;
      return name === "host" ? hostAsked(exchange) : head.field(name);
    },
    get scheme() {
      return schemeAsked(exchange);
    },
    ...(exchange.proof === undefined ? {} : { proof: exchange.proof }),
    ...(passes === undefined ? {} : { passes }),
    body,
  };
}

const keyFields = ["x-api-key", "authorization"] as const;

/** What the caller asked for, by the word of a trusted proxy where there is one. */
export function hostAsked({ caller, snapshot }: ExchangeRecord): string {
  const { head, peer } = caller;
  const forwarded = head.value(fieldNames["x-forwarded-host"]);
  const isBelieved = forwarded !== undefined && (snapshot as Snapshot).trusts(peer);
  return isBelieved ? forwarded : head.authority;
}

export function schemeAsked({ caller, snapshot }: ExchangeRecord): "http" | "https" {
  const { head, peer } = caller;
  const forwarded = head.value(fieldNames["x-forwarded-proto"]);
  const isBelieved = forwarded !== undefined && (snapshot as Snapshot).trusts(peer);
  if (isBelieved) return forwarded.toLowerCase() === "https" ? "https" : "http";
  return peer.encrypted ? "https" : "http";
}

/** The path behind its first segments, `/` at least. */
function pathBehind(path: string, segments: number): string {
  let from = 0;
  for (let count = segments; count > 0 && from >= 0; count--) from = path.indexOf("/", from + 1);
  return from < 0 ? "/" : path.slice(from);
}
