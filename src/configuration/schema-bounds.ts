/** Schemas of `limits` and `timeouts`; their defaults stand in base/limits.ts alone. */
import { defaultLimits, defaultTimeouts, type Limits, type Timeouts } from "#base/limits.ts";
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";

/** Node's timers take no longer delay than this, some 24 days. */
const delayMsMax = 2 ** 31 - 1;

export const bytesMax = Number.MAX_SAFE_INTEGER;

const limits: { readonly [Name in keyof Limits]: readonly [string, number, number] } = {
  headBytesMax: ["Bytes of a request or response head. Beyond: 431, or 502.", 256, 2 ** 16],
  headFieldsMax: ["Field lines in a head. Beyond: 431, or 502.", 4, 10_000],
  targetBytesMax: ["Bytes of a request target. Beyond: 414.", 64, 2 ** 20],
  bodyBytesMax: ["Bytes of a request body. Beyond: 413. A service can set its own.", 0, bytesMax],
  documentBytesMax: [
    "Bytes held of a document that is translated. Beyond: 413, or 502. Large lists pass in parts.",
    1024,
    2 ** 28,
  ],
  trailerBytesMax: ["Bytes of a trailer section.", 0, 2 ** 20],
  connectionsMax: ["Open caller connections per worker. Beyond: 503.", 1, 1_000_000],
  instanceConnectionsMax: ["Connections to one instance per worker.", 1, 1_000_000],
};

const timeouts: { readonly [Name in keyof Timeouts]: string } = {
  headMs: "From the first byte of a head (or the opening of a connection) to its last.",
  bodyIdleMs: "A caller that neither sends the awaited body nor takes the offered answer.",
  keepAliveMs: "An idle keep-alive connection of a caller.",
  connectMs: "Connecting to an instance. A service can set its own.",
  firstByteMs: "From the whole request sent to the head of the answer. A service can set its own.",
  responseIdleMs: "An instance that stops in the middle of an answer. A service can set its own.",
  tunnelIdleMs: "A tunnel (WebSocket) in which neither side sends.",
  instanceKeepAliveMs: "An idle keep-alive connection to an instance.",
  totalMs: "The whole exchange. A service can set its own as `timeoutMs`.",
  drainMs: "What a graceful stop grants to exchanges in flight.",
};

export function milliseconds(description: string): JsonSchema {
  return {
    type: "integer",
    description,
    minimum: 0,
    maximum: delayMsMax,
    "x-expected": `milliseconds from 0 (off) to ${delayMsMax}`,
  };
}

export const limitsSchema = mapOf(
  "Bounds on what the network may make the gateway hold.",
  mapValues(limits, ([description, from, to], name) =>
    wholeNumber(description, { from, to, default: defaultLimits[name] }),
  ),
  { default: {} },
);

export const timeoutsSchema = mapOf(
  "Bounds on what the network may make the gateway wait for, in milliseconds; 0 switches one off.",
  mapValues(timeouts, (description, name) => ({
    ...milliseconds(description),
    default: defaultTimeouts[name],
  })),
  { default: {} },
);

function mapValues<Name extends string, In>(
  table: Readonly<Record<Name, In>>,
  toSchema: (value: In, name: Name) => JsonSchema,
): Record<string, JsonSchema> {
  const entries = Object.entries(table) as [Name, In][];
  return Object.fromEntries(entries.map(([name, value]) => [name, toSchema(value, name)]));
}
