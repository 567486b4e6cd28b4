/** Takes requests from some addresses only, or from all but some. */
import { createAddressList } from "#base/address-list.ts";
import { parseCidr } from "#base/cidr.ts";
import { mapOf, type JsonSchema } from "#base/json-schema.ts";
import type { OptionFinding, Policy } from "#extension/policy.ts";
import { problems } from "./problems.ts";

interface Options {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

const blocks: JsonSchema = {
  type: "array",
  default: [],
  items: {
    type: "string",
    "x-expected": "a CIDR block such as 10.0.0.0/8 or 2001:db8::/32, or one address",
  },
};

export const ipFilter: Policy<Options> = {
  name: "ip-filter",
  summary: "Takes requests from some addresses only, or from all but some.",
  description:
    "The address is that of the connection, or, behind `listen.trustedProxies` and the PROXY " +
    "protocol, the one that they name: the nearest in `X-Forwarded-For` at which no trusted " +
    "proxy stands. What a caller itself writes there counts for nothing. `deny` wins over " +
    "`allow`; with `allow`, whoever is not in it is refused. That of a service holds for its " +
    "calls in every dialect, also for those that are asked for over all services.",
  options: mapOf("Which addresses.", {
    allow: { ...blocks, description: "Blocks that may ask. Empty: all." },
    deny: { ...blocks, description: "Blocks that may not." },
  }),
  example: '- ip-filter: { allow: ["10.0.0.0/8"], deny: ["10.66.0.0/16"] }',
  problems: problems.definitions,
  level: "request",
  check: (options) => [...checkBlocks("allow", options), ...checkBlocks("deny", options)],
  explain: ({ allow, deny }) =>
    `from ${allow.length === 0 ? "everywhere" : allow.join(", ")}` +
    (deny.length === 0 ? "" : ` but ${deny.join(", ")}`),
  create({ allow, deny }) {
    const allowed = createAddressList(allow);
    const denied = createAddressList(deny);
    return {
      onRouted({ address }) {
        if (!denied(address) && (allow.length === 0 || allowed(address))) return undefined;
        const detail = `requests from ${address} are not allowed`;
        return { kind: "refuse", problem: problems["address-not-allowed"](detail) };
      },
    };
  },
};

function checkBlocks(key: "allow" | "deny", options: Options): readonly OptionFinding[] {
  return options[key].flatMap((block, index) => {
    if (parseCidr(block) !== undefined) return [];
    const shown = JSON.stringify(block.slice(0, 100));
    const message = `${shown} is no address; expected a CIDR block such as 10.0.0.0/8`;
    return [{ path: [key, index], severity: "error" as const, message }];
  });
}
