/** Schema of `state`: where policies keep what has to outlive the process. */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";
import { folder } from "./schema-ledger.ts";

export const stateSchema: JsonSchema = mapOf(
  "What policies keep beyond a restart: answers by Idempotency-Key, and used up quotas.",
  {
    path: {
      ...folder,
      description:
        "Folder of it, made when a policy needs it; on a local disk. Takes effect at the next " +
        "start.",
      default: "data/state",
    },
  },
  { default: {} },
);
