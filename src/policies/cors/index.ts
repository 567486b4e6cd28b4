/** Lets pages of other origins ask: the CORS protocol of the Fetch standard, answered here. */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { Problem } from "#base/problem.ts";
import type { OptionFinding, Policy, PolicyRequest, Verdict } from "#extension/policy.ts";
import type { Fields } from "#extension/protocol.ts";
import { problems } from "./problems.ts";

interface Options {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly requestFields: readonly string[];
  readonly answerFields: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeS: number;
}

const noBody = Buffer.alloc(0);

/** What instances say of it themselves would contradict us. */
const ownFields = [
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-expose-headers",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-max-age",
];

export const cors: Policy<Options> = {
  name: "cors",
  summary: "Lets pages of other origins ask, and answers what browsers ask before that.",
  description:
    "Preflights (`OPTIONS` with `Access-Control-Request-Method`) are answered by the gateway: " +
    "they need no key, for browsers send none. Other requests go on and get " +
    "`Access-Control-Allow-Origin` on their answer, also when that is a refusal, so that the " +
    "page can read it; those of origins that are not allowed get 403. Fields of the same names " +
    "that instances set are taken out. Requests without `Origin` are none of its business.",
  options: mapOf(
    "Who may ask for what.",
    {
      origins: {
        type: "array",
        description:
          "Origins: `https://shop.example.org`, `https://*.example.org`, or `*` for all.",
        items: { type: "string", "x-expected": "an origin such as https://shop.example.org, or *" },
        minItems: 1,
        "x-expected": "at least one origin",
      },
      methods: {
        type: "array",
        description: "Methods that pages may use.",
        default: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        items: {
          type: "string",
          pattern: "^[A-Z]{1,32}$",
          "x-expected": "a method in upper case, such as GET",
        },
      },
      requestFields: {
        type: "array",
        description: "Request header names that pages may set; `*` for all.",
        default: ["*"],
        items: {
          type: "string",
          pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$",
          "x-expected": "a header name",
        },
      },
      answerFields: {
        type: "array",
        description: "Response header names that pages may read.",
        default: ["Parlance-Exchange", "Parlance-Receipt", "Parlance-Fault", "Retry-After"],
        items: {
          type: "string",
          pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$",
          "x-expected": "a header name",
        },
      },
      credentials: {
        type: "boolean",
        description: "Whether pages may send cookies. Not with the origin `*`.",
        default: false,
      },
      maxAgeS: wholeNumber(
        "How long browsers may remember the answer to a preflight, in seconds.",
        { unit: "seconds", from: 0, to: 86_400, default: 600, hint: "(a day)" },
      ),
    },
    { required: ["origins"] },
  ),
  example: '- cors: { origins: ["https://shop.example.org"], credentials: true }',
  problems: problems.definitions,
  level: "request",
  answersPreflights: true,
  check: checkOptions,
  explain: ({ origins }) => `pages of ${origins.join(", ")} may ask`,
  explainRefusal({ origins }, { request }) {
    const origin = request.field("origin");
    if (origin === undefined || createOriginTest(origins)(origin)) return undefined;
    return mayNotAsk(origin);
  },
  create(options) {
    const allows = createOriginTest(options.origins);
    const preflight = preflightFields(options);
    const exposed = options.answerFields.join(", ");
    const isForAll = options.origins.includes("*") && !options.credentials;
    /** @returns whether it may go on. */
    function judge(request: PolicyRequest, origin: string): Verdict {
      if (!isForAll) request.addAnswerField("Vary", "Origin");
      if (!allows(origin)) return { kind: "refuse", problem: mayNotAsk(origin) };
      request.addAnswerField("Access-Control-Allow-Origin", isForAll ? "*" : origin);
      if (options.credentials) request.addAnswerField("Access-Control-Allow-Credentials", "true");
      return undefined;
    }

    return {
      onPreflight(request) {
        const origin = request.field("origin");
        if (origin === undefined) return undefined;
        const asked = request.field("access-control-request-headers");
        const fields = asked === undefined ? preflight : preflightFields(options, asked);
        const answer = { status: 204, fields, body: noBody };
        return judge(request, origin) ?? { kind: "answer", response: answer };
      },
      onRouted(request) {
        const origin = request.field("origin");
        if (origin === undefined) {
          if (!isForAll) request.addAnswerField("Vary", "Origin");
          return undefined;
        }
        const refused = judge(request, origin);
        if (refused === undefined && exposed !== "") {
          request.addAnswerField("Access-Control-Expose-Headers", exposed);
        }
        return refused;
      },
      onAnswer(_request, answer) {
        for (const name of ownFields) answer.dropField(name);
        return undefined;
      },
    };
  },
};

function mayNotAsk(origin: string): Problem {
  const detail = `pages of ${JSON.stringify(origin.slice(0, 200))} may not ask`;
  return problems["origin-not-allowed"](detail);
}

/** RFC 9110 §5.1; a browser asks for few. */
const listOfNames = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:, ?[!#$%&'*+.^_`|~0-9A-Za-z-]+){0,99}$/;

/** @param asked names that the page wants to set. */
function preflightFields(
  { methods, requestFields, maxAgeS, credentials }: Options,
  asked = "",
): Fields {
  // With credentials `*` means nothing but itself; Authorization has to be named at any time.
  const all = credentials
    ? [listOfNames.test(asked) ? asked : "Content-Type, Authorization, X-Api-Key"]
    : ["*", "Authorization"];
  const named = requestFields.includes("*") ? all : requestFields;
  return [
    ["Access-Control-Allow-Methods", methods.join(", ")],
    ["Access-Control-Allow-Headers", named.join(", ")],
    ["Access-Control-Max-Age", String(maxAgeS)],
  ];
}

/** `https://*.example.org` is every name below it, on the same scheme and port. */
function createOriginTest(origins: readonly string[]): (origin: string) => boolean {
  if (origins.includes("*")) return () => true;
  const exact = new Set(origins.filter((origin) => !origin.includes("*")));
  const suffixes = origins
    .filter((origin) => origin.includes("*"))
    .map((origin) => origin.toLowerCase().split("*") as [string, string]);
  return (origin) => {
    const lower = origin.toLowerCase();
    if (exact.has(lower)) return true;
    return suffixes.some(
      ([scheme, rest]) =>
        lower.startsWith(scheme) &&
        lower.endsWith(rest) &&
        /^[a-z0-9.-]+$/.test(lower.slice(scheme.length, lower.length - rest.length)),
    );
  };
}

function checkOptions({ origins, answerFields, credentials }: Options): readonly OptionFinding[] {
  const findings: OptionFinding[] = [];
  for (const [index, origin] of origins.entries()) {
    if (origin === "*" || /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$|^null$/.test(origin))
      continue;
    const shown = JSON.stringify(origin.slice(0, 100));
    const message =
      `${shown} is no origin; expected scheme and host in lower case, such as ` +
      "https://shop.example.org, without a path";
    findings.push({ path: ["origins", index], severity: "error", message });
  }
  if (credentials && answerFields.includes("*")) {
    const message = "with `credentials` browsers take `*` for a name; name what pages may read";
    findings.push({ path: ["answerFields"], severity: "warning", message });
  }
  if (credentials && origins.includes("*")) {
    const message = "with `credentials` every page could act for whoever looks at it; name origins";
    findings.push({ path: ["credentials"], severity: "error", message });
  }
  return findings;
}
