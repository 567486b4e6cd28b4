/** Schema of `limitStore`: the server through which several gateways share their limits. */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import { serverTls } from "./schema-server-tls.ts";

const word = "^[\\x21-\\x7e]{1,4096}$";

export const limitStoreSchema = mapOf(
  "The Valkey or Redis server through which several gateways share rate limits, quotas and, " +
    "where it is asked for, bounds on what is under way. Without it each gateway counts for " +
    "itself, its workers together.",
  {
    url: {
      type: "string",
      description:
        "Where it is: `valkey://host:port/database`, or `valkeys://` with TLS; `redis://` and " +
        "`rediss://` mean the same. The port is 6379 and the database 0 unless they are given.",
      "x-expected": "valkey://host:port/database or valkeys://host:port/database",
    },
    username: {
      type: "string",
      description: "Name to log in with. Default: that of the server's `default` user.",
      pattern: word,
      "x-expected": "visible ASCII characters without spaces",
    },
    password: {
      type: "string",
      description: "Keep it outside the file: `${VALKEY_PASSWORD}`.",
      pattern: word,
      writeOnly: true,
      "x-expected": "1 to 4096 visible ASCII characters without spaces; put numbers in quotes",
    },
    tls: mapOf("How a server is met that speaks TLS.", serverTls),
    timeoutMs: wholeNumber(
      "How long a request waits for it. After three in a row that waited in vain nobody asks " +
        "it any more until it answers again.",
      { unit: "milliseconds", from: 1, to: 10_000, default: 20 },
    ),
    whenAway: {
      type: "string",
      description:
        "What limits do while it does not answer. `local`: each gateway counts for itself, so " +
        "that together they let through as many times more as there are gateways (of quotas: of " +
        "what each knew to be left). `refuse`: 503. `allow`: nothing is counted.",
      enum: ["local", "refuse", "allow"],
      default: "local",
    },
    prefix: {
      type: "string",
      description:
        "What all keys in it begin with. Gateways with the same prefix and the same policies " +
        "share limits.",
      pattern: "^[\\x21-\\x7e]{1,64}$",
      default: "parlance:",
      "x-expected": "1 to 64 visible ASCII characters without spaces",
    },
  },
  { required: ["url"] },
);
