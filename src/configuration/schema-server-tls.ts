/** Schema of how a server is met that speaks TLS. */
import type { JsonSchema } from "#base/json-schema.ts";
import { fileName } from "./schema-listen.ts";

export const serverTls: Readonly<Record<string, JsonSchema>> = {
  serverName: {
    type: "string",
    description: "Name that is asked for and checked. Default: the host of the URL.",
    pattern: "^[A-Za-z0-9_.:-]{1,253}$",
    "x-expected": "a host name",
  },
  ca: { ...fileName, description: "PEM file with the authorities that are believed." },
  cert: { ...fileName, description: "PEM file with the gateway's own certificate (mTLS)." },
  key: { ...fileName, description: "PEM file with the private key that belongs to it." },
};
