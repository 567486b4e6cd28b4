/** Sets and removes header fields, of requests on their way in and of answers on theirs out. */
import { didYouMean } from "#base/nearest.ts";
import { mapOf, type JsonSchema } from "#base/json-schema.ts";
import type { SentRequest } from "#extension/attempt.ts";
import type { OptionFinding, Policy, PolicyRequest } from "#extension/policy.ts";

interface Changes {
  /** Values may be credentials. */
  readonly set: Readonly<Record<string, { readonly secret: string }>>;
  readonly remove: readonly string[];
}

interface Options {
  readonly request: Changes;
  readonly answer: Changes;
  readonly secure: boolean;
}

/** What the gateway vouches for, or messages are delimited by. */
const keptNames = new Set([
  ...["host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te"],
  ...["trailer", "via", "date", "expect", "forwarded", "x-request-id", "traceparent", "tracestate"],
]);

function isKept(name: string): boolean {
  const lower = name.toLowerCase();
  return keptNames.has(lower) || /^(?:parlance|x-forwarded)-/.test(lower);
}

const fieldName = {
  pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$",
  "x-expected": "a header name",
};

/** RFC 6797 §7.2: said where TLS is spoken only. */
const overTls = ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"] as const;

/** For services that are no web pages; what a service sets itself stays. */
const secureFields: readonly (readonly [name: string, value: string])[] = [
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  ["Referrer-Policy", "no-referrer"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
];

function changes(description: string): JsonSchema {
  return mapOf(
    description,
    {
      set: {
        type: "object",
        description:
          "Names and the values they have from then on. `{caller}`, `{exchange}`, `{address}` " +
          "and `{operation}` stand for what is known of the request. Values are shown nowhere: " +
          "they may be credentials.",
        default: {},
        propertyNames: fieldName,
        additionalProperties: {
          type: "string",
          pattern: "^[\\t\\x20-\\x7e]{0,8192}$",
          writeOnly: true,
          "x-expected": "text of visible ASCII characters; put numbers in quotes",
        },
      },
      remove: {
        type: "array",
        description: "Names that are taken out.",
        default: [],
        items: { type: "string", ...fieldName },
      },
    },
    { default: { set: {}, remove: [] } },
  );
}

export const headers: Policy<Options> = {
  name: "headers",
  summary: "Sets and removes header fields of requests and answers.",
  description:
    "Fields that delimit messages or that the gateway vouches for (`Host`, `Content-Length`, " +
    "`Via`, `X-Forwarded-*`, `Parlance-*` and their like) cannot be touched. What callers send " +
    "under a name that is set or removed does not reach instances, also when it is spelled with " +
    "underscores, which many programs take for hyphens. Where a request is " +
    "translated, they are set and removed in what the instance gets. Fields of answers go with " +
    "each answer, whoever gives it; those of faces over all services and where no route leads " +
    "have those of the general list, unless `only` names operations. With `secure` answers, also " +
    "those of the gateway's own, get `X-Content-Type-Options`, `X-Frame-Options`, " +
    "`Referrer-Policy`, a `Content-Security-Policy` that allows nothing, and over TLS " +
    "`Strict-Transport-Security`: each unless the service sets its own.",
  options: mapOf("Which fields.", {
    request: changes("On the way to instances."),
    answer: changes("On the way to callers, also of refusals."),
    secure: {
      type: "boolean",
      description: "Whether browsers are told to be careful with answers.",
      default: false,
    },
  }),
  example:
    '- headers: { request: { set: { X-Tenant: "{caller}" } }, answer: { remove: [Server] } }',
  problems: [],
  level: "call",
  check: (options) => [...checkNames("request", options), ...checkNames("answer", options)],
  explain: ({ request, answer, secure }) =>
    `request: ${tell(request)}; answer: ${tell(answer)}${secure ? ", and fields of caution" : ""}`,
  create({ request, answer, secure }) {
    const dropped = [...answer.remove, ...Object.keys(answer.set)].map((name) =>
      name.toLowerCase(),
    );
    const touched = [...request.remove, ...Object.keys(request.set)].map((name) =>
      name.toLowerCase(),
    );
    /** The exchange that an object was, when caution was put into its answer. */
    const careful = new WeakMap<PolicyRequest, string>();
    const beCareful = (asked: PolicyRequest, has: (lowerCaseName: string) => boolean): void => {
      // One answer may take the place of another that was looked at.
      if (careful.get(asked) === asked.id) return;
      careful.set(asked, asked.id);
      for (const [name, value] of asked.encrypted ? [...secureFields, overTls] : secureFields) {
        if (!has(name.toLowerCase())) asked.addAnswerField(name, value);
      }
    };
    const setAnswerFields = (asked: PolicyRequest): void => {
      for (const [name, { secret }] of Object.entries(answer.set)) {
        asked.addAnswerField(name, filledIn(secret, asked));
      }
    };
    return {
      // Until then they are as the caller sent them; a translation has written its own by then.
      ...(touched.length > 0 && {
        onSend(_asked: PolicyRequest, sent: SentRequest) {
          for (const name of touched) sent.dropField(name);
        },
      }),
      onRequest(asked) {
        for (const [name, { secret }] of Object.entries(request.set)) {
          asked.addRequestField(name, filledIn(secret, asked));
        }
        setAnswerFields(asked);
        return undefined;
      },
      onOwnAnswer(asked, { wasAsked, has }) {
        if (!wasAsked) setAnswerFields(asked);
        if (secure) beCareful(asked, has);
      },
      onAnswer(asked, given) {
        for (const name of dropped) given.dropField(name);
        if (secure) beCareful(asked, (name) => given.field(name) !== undefined);
        return undefined;
      },
      ...(secure && {
        onProblem(asked: PolicyRequest) {
          // Where an answer had begun to come, they are there already.
          if (asked.responseBytes === 0) beCareful(asked, () => false);
          return undefined;
        },
      }),
    };
  },
};

/** What callers sent cannot end the line: it is made visible ASCII. */
function filledIn(value: string, request: PolicyRequest): string {
  if (!value.includes("{")) return value;
  const known: Readonly<Record<(typeof words)[number], string | undefined>> = {
    caller: request.callerName ?? "anonymous",
    exchange: request.id,
    address: request.address,
    operation: request.operation ?? request.routeId,
  };
  return value
    .replaceAll(/\{([a-z]+)\}/g, (whole, name: string) =>
      Object.hasOwn(known, name) ? (known[name as keyof typeof known] ?? whole) : whole,
    )
    .replaceAll(/[^\t\x20-\x7e]/g, "?");
}

function tell({ set, remove }: Changes): string {
  const words = [
    ...Object.keys(set).map((name) => `sets ${name}`),
    ...remove.map((name) => `removes ${name}`),
  ];
  return words.length === 0 ? "nothing" : words.join(", ");
}

function checkNames(key: "request" | "answer", options: Options): readonly OptionFinding[] {
  const { set, remove } = options[key];
  const own = [...Object.keys(set), ...remove].flatMap((name): readonly OptionFinding[] => {
    if (!isKept(name)) return [];
    const message = `${name} is the gateway's own; it can be neither set nor removed`;
    return [{ path: [key], severity: "error", message }];
  });
  return [...own, ...Object.entries(set).flatMap(([name, value]) => checkWords(key, name, value))];
}

const words = ["caller", "exchange", "address", "operation"] as const;

/** What stands for nothing goes as it is; only what was meant to is told. */
function checkWords(
  key: "request" | "answer",
  name: string,
  { secret }: Changes["set"][string],
): readonly OptionFinding[] {
  const found = [...secret.matchAll(/\{([a-z]{1,20})\}/g)].map(([, word = ""]) => word);
  return found.flatMap((word): readonly OptionFinding[] => {
    const suggestion = words.some((known) => known === word) ? undefined : didYouMean(word, words);
    if (suggestion === undefined) return [];
    const message = `\`{${word}}\` stands for nothing, and is sent as it is`;
    return [{ path: [key, "set", name], severity: "warning", message, suggestion }];
  });
}
