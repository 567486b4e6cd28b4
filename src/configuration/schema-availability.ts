/** Schemas of `balance`, `health` and `outlier` of services: which instance is asked. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";

function whole(description: string, from: number, to: number, byDefault: number): JsonSchema {
  return wholeNumber(description, { from, to, default: byDefault });
}

export const balanceSchema = mapOf(
  "Which instance is next. Those that are not well are passed over, if there are others.",
  {
    strategy: {
      type: "string",
      description:
        "`round-robin`: in turn, by weight. `least-requests`: of two that are drawn, the one " +
        "with fewer requests under way. `peak-ewma`: of two, the one that answers sooner, " +
        "requests under way counted. `hash`: the same for the same key, unless it has much more " +
        "to do than the others (consistent hashing with bounded load).",
      enum: ["round-robin", "least-requests", "peak-ewma", "hash"],
      default: "round-robin",
    },
    hashBy: {
      type: "string",
      description: "The key of `hash`: `caller`, `address`, `path`, or the name of a header.",
      pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$",
      default: "caller",
      "x-expected": "caller, address, path or the name of a header",
    },
    slowStartMs: whole(
      "How long an instance that is new, or well again, gets fewer requests, in milliseconds; 0: " +
        "not.",
      0,
      3_600_000,
      0,
    ),
  },
  { default: {} },
);

export const healthSchema = mapOf(
  "How instances are asked whether they are well, by each worker. Without it nobody asks.",
  {
    check: {
      type: "string",
      description:
        "`http`: a GET is answered with 2xx or 3xx. `tcp`: a connection is taken. `grpc`: the " +
        "health service (grpc.health.v1) says SERVING; wants `http2`. `operation`: one of the " +
        "contract's, called without input in the dialect of the instances, gives no fault.",
      enum: ["http", "tcp", "grpc", "operation"],
      default: "http",
    },
    operation: {
      type: "string",
      description: "Name of the operation, for `operation`: one that changes nothing.",
      minLength: 1,
      maxLength: 256,
      "x-expected": "the name of an operation that needs no input",
    },
    path: {
      type: "string",
      description: "Behind the instance's base path, for `http`.",
      pattern: "^/[\\x21-\\x7e]{0,2047}$",
      default: "/",
      "x-expected": "a path that begins with /",
    },
    intervalMs: whole("Between two checks, in milliseconds.", 100, 3_600_000, 5_000),
    timeoutMs: whole("A check that takes longer has failed.", 10, 600_000, 2_000),
    unhealthyAfter: whole("Failed checks in a row until it is passed over.", 1, 100, 3),
    healthyAfter: whole("Good checks in a row until it is asked again.", 1, 100, 2),
  },
);

export const outlierSchema = mapOf(
  "Instances that keep failing real requests are passed over for a time. Without it none is.",
  {
    failures: whole(
      "Failures in a row: no answer, or a status from 500 on other than 501.",
      1,
      1_000,
      5,
    ),
    ejectMs: whole(
      "How long it is passed over, in milliseconds; longer each time, ten times at most.",
      100,
      3_600_000,
      10_000,
    ),
    ejectPercentMax: whole("Share of the instances that may be passed over at once.", 1, 100, 50),
  },
);
