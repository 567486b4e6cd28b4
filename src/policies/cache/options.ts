/** The options of this policy, and what it says of itself. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";

const daySeconds = 86_400;

export const description =
  "What may be kept, and for how long, is what services say: `Cache-Control`, `Expires`, " +
  "`Vary`, `ETag`, `Last-Modified`, `Age`, held to RFC 9111 as a shared cache: never " +
  "`no-store` and `private`, nothing of requests with `Authorization` unless the answer " +
  "allows it, and nothing stale that must be validated. What is stale is validated with the " +
  "service. Of requests that pass only `GET` and `HEAD` without a body are looked up. " +
  "**Services that say nothing**: `times` names operations of the contract that are `safe`, " +
  "and for how many seconds their answers are fresh; that holds in every dialect, also for " +
  "SOAP, gRPC, GraphQL and JSON-RPC where calls are translated, for the key is the " +
  "operation and its input. **Who sees what**: a caller gets here only when it may call the " +
  "operation; answers are kept for each caller (and subject of its token) apart, unless " +
  "`per: all` says that they are the same for everybody. **Writes**: after `PUT`, `POST` " +
  "and their like that did not fail nothing is given any more that was kept for that " +
  "address, in any worker; with `forgetOnWrite` also nothing of the service that only " +
  "`times` have kept, nor of its translated calls. Equal requests at the same time share " +
  "one call to the service. `Cache-Status` (RFC 9211) tells what became of a request. " +
  "**Memory**: each worker keeps answers of its own, at most `bytesMax`; a new revision " +
  "begins without any. Compressed answers are kept as they come; answers to `Range` are not " +
  "kept.";

export const options: JsonSchema = mapOf("What is kept, and for how long.", {
  per: {
    type: "string",
    enum: ["caller", "all"],
    description:
      "Whom an answer is kept for: the caller that asked (and its subject), or all callers who " +
      "may call the operation.",
    default: "caller",
  },
  times: {
    type: "object",
    description:
      "Seconds for which answers of safe operations are fresh that say nothing themselves, by " +
      "operation; in the general list `service.operation`.",
    default: {},
    propertyNames: { minLength: 1, maxLength: 256, "x-expected": "the name of an operation" },
    additionalProperties: seconds("Seconds.", 1, 30 * daySeconds),
  },
  staleIfErrorS: {
    ...seconds(
      "How long after its time an answer may still be given when the service fails, unless it " +
        "says so itself (`stale-if-error`), or must be validated.",
      0,
      30 * daySeconds,
    ),
    default: 0,
  },
  staleWhileRevalidateS: {
    ...seconds(
      "How long after its time an answer may still be given while a newer one is fetched in the " +
        "background, unless it says so itself (`stale-while-revalidate`).",
      0,
      30 * daySeconds,
    ),
    default: 0,
  },
  heuristicPercent: wholeNumber(
    "Of the time since `Last-Modified`, for which an answer is taken to be fresh that does not " +
      "say (RFC 9111 §4.2.2), a day at most. 0: none is.",
    { from: 0, to: 100, default: 0 },
  ),
  coalesce: {
    type: "string",
    enum: ["off", "storable", "all"],
    description:
      "Which answers are also for equal requests of the same caller that wait for them: none, " +
      "those that may be kept, or also those that say nothing of caching.",
    default: "storable",
  },
  forgetOnWrite: {
    type: "boolean",
    description:
      "Whether what only `times` have kept of a service, and its translated calls, are not given " +
      "any more once an operation of it that is not safe has been called through this gateway.",
    default: true,
  },
  bytesMax: wholeNumber("Memory for answers, in bytes, in each worker.", {
    unit: "bytes",
    from: 65_536,
    to: 17_179_869_184,
    default: 67_108_864,
    hint: "(16 GiB)",
  }),
  answerBytesMax: wholeNumber("Answers that are longer are passed on and not kept, in bytes.", {
    unit: "bytes",
    from: 1_024,
    to: 268_435_456,
    default: 1_048_576,
    hint: "(256 MiB)",
  }),
  cacheStatus: {
    type: "boolean",
    description: "Whether answers carry `Cache-Status`.",
    default: true,
  },
});

function seconds(about: string, from: number, to: number): JsonSchema {
  return wholeNumber(about, { unit: "seconds", from, to, hint: "(30 days)" });
}
