/** Schema of `services`: what the gateway stands in front of. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";
import { balanceSchema, healthSchema, outlierSchema } from "./schema-availability.ts";
import { bytesMax, milliseconds } from "./schema-bounds.ts";
import { discoverSchema, instanceSchema } from "./schema-instances.ts";
import { serviceLedgerSchema } from "./schema-ledger.ts";
import { policiesSchema, type PolicySchemas } from "./schema-policies.ts";
import { serviceSecuritySchema } from "./schema-security.ts";

/** Their first path segment on the gateway port is the gateway's own. */
const reservedNames = ["soap", "graphql", "rpc", "mcp", "text"];

const route = mapOf(
  "Which requests belong to the service. All that is given must match.",
  {
    id: {
      type: "string",
      description: "Unique in the service; `may` refers to it as `service.id`.",
      pattern: "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
      "x-expected": "a letter, then letters, digits, - or _, at most 64",
    },
    host: {
      type: "string",
      description: "Host the caller asked for; `*.example.org` is allowed. Default: any.",
      pattern: "^(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})$",
      "x-expected": "a host name without port, such as api.example.org or *.example.org",
    },
    path: {
      type: "string",
      description: "A template such as `/orders/{id}`, or a prefix that ends in `/*`.",
      maxLength: 2048,
      "x-expected": "a path such as /orders, /orders/{id} or /orders/*",
    },
    methods: {
      type: "array",
      description: "HTTP methods, upper case. Empty: any.",
      default: [],
      items: {
        type: "string",
        pattern: "^[A-Z][A-Z0-9-]{0,31}$",
        "x-expected": "a method in upper case, such as GET",
      },
    },
    headers: {
      type: "object",
      description: "Request header names and the exact value each must have.",
      default: {},
      propertyNames: {
        pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$",
        "x-expected": "a header name",
      },
      additionalProperties: {
        type: "string",
        pattern: "^[\\t\\x20-\\x7e]{0,8192}$",
        "x-expected": "text of visible ASCII characters; put numbers in quotes",
      },
    },
    stripPrefix: {
      type: "string",
      description: "Leading part of `path` that is removed before forwarding.",
      default: "",
      maxLength: 2048,
      "x-expected": "a leading part of the path without {} and *, such as /orders",
    },
  },
  { required: ["id", "path"] },
);

const serviceProperties: Readonly<Record<string, JsonSchema>> = {
  instances: {
    type: "array",
    description: "Running copies of the service: a URL, or a map for more.",
    items: instanceSchema,
    minItems: 1,
    "x-expected": "at least one instance",
  },
  discover: discoverSchema,
  contract: {
    type: "string",
    description:
      "OpenAPI or WSDL document that describes the service, relative to this file. Without it " +
      "the service passes through.",
    minLength: 1,
    maxLength: 4096,
    "x-expected": "the path of a contract, such as contracts/orders.openapi.yaml",
  },
  faces: {
    type: "array",
    description:
      "Documents (`parlance: text/1`) that say in what texts old programs call the service's " +
      "operations, relative to this file. Fields are named as in the contract.",
    default: [],
    items: {
      type: "string",
      minLength: 1,
      maxLength: 4096,
      "x-expected": "the path of a text contract, such as contracts/orders.text.yaml",
    },
    "x-expected": "a list of files",
  },
  speaks: {
    type: "string",
    description: "Dialect of the instances. Default: that of the contract.",
    enum: ["rest", "soap", "grpc", "graphql", "jsonrpc", "mcp", "text"],
  },
  mcp: {
    type: "array",
    description:
      "Operations that are offered as tools at `/mcp`: their names, or the beginning of names " +
      'and `*`; `"*"` alone is all of them. Whoever lists tools sees those that it may call.',
    default: [],
    items: {
      type: "string",
      pattern: "^(?:[^*\\s]{1,255}\\*?|\\*)$",
      "x-expected": 'the name of an operation, or "*"',
    },
    "x-expected": 'a list of operations, such as [getOrder, "list*"]',
  },
  maxLoss: {
    type: "string",
    description:
      "The most that other dialects than the service's own may lose: L0 nothing, L1 spelling, " +
      "L2 values or states, L3 whole operations. More fails the load. Default: anything, " +
      "reported by `parlance check`.",
    enum: ["L0", "L1", "L2", "L3"],
  },
  routes: {
    type: "array",
    description:
      "Requests that belong to the service. Without any, and without a contract, it is the " +
      "prefix route `/{name}/*`, whose prefix is removed before forwarding.",
    default: [],
    items: route,
  },
  prefix: {
    type: "boolean",
    description:
      "Whether the prefix route `/{name}/*` (id `default`) stands behind the given routes, " +
      "too. Default: only when there are neither routes nor a contract.",
  },
  host: {
    type: "string",
    description: "`Host` that instances see: their own, or the one the caller sent.",
    enum: ["instance", "caller"],
    default: "instance",
  },
  timeoutMs: milliseconds("The whole exchange. Default: `timeouts.totalMs`."),
  connectMs: milliseconds("Connecting to an instance. Default: `timeouts.connectMs`."),
  firstByteMs: milliseconds("Waiting for an answer. Default: `timeouts.firstByteMs`."),
  responseIdleMs: milliseconds(
    "An instance that stops in the middle of an answer. Default: `timeouts.responseIdleMs`.",
  ),
  bodyBytesMax: wholeNumber(
    "Bytes of a request body; of a call over all services, of what the service would get. " +
      "Beyond: 413. Default: `limits.bodyBytesMax`.",
    { from: 0, to: bytesMax },
  ),
  balance: balanceSchema,
  health: healthSchema,
  outlier: outlierSchema,
  ledger: serviceLedgerSchema,
  encodedSlash: {
    type: "string",
    description: "What happens to `%2F` in a path: 400, or passed on as it is.",
    enum: ["refuse", "pass"],
    default: "refuse",
  },
  http2: {
    type: "boolean",
    description: "Whether HTTP/2 is spoken to the instances.",
    default: false,
  },
  wsSecurity: serviceSecuritySchema,
};

export function createServicesSchema(policies: PolicySchemas): JsonSchema {
  const own = policiesSchema("Rules for this service, behind the general ones.", policies);
  const properties = { ...serviceProperties, policies: own };
  const service = mapOf("A service and how it is reached.", properties);
  return {
    type: "object",
    "x-expected": "a map of services by name",
    description: "The services by name. The name is the first path segment callers use.",
    propertyNames: {
      pattern: `^(?!(?:${reservedNames.join("|")})$)[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`,
      "x-expected":
        "a lower-case letter, then lower-case letters, digits or -, at most 63, and not one of " +
        "the gateway's own addresses " +
        reservedNames.join(", "),
    },
    additionalProperties: service,
  };
}
