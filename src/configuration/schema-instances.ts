/** Schemas of `instances` and `discover` of services: where its running copies are. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";
import { fileName } from "./schema-listen.ts";
import { serverTls } from "./schema-server-tls.ts";

const instanceUrl: JsonSchema = {
  type: "string",
  "x-expected":
    "http://host:port/base, https://host:port/base, unix:/path/to.sock:/base or tcp://host:port",
};

const own: Readonly<Record<string, JsonSchema>> = {
  url: {
    ...instanceUrl,
    description: "Address; the path is put before every forwarded path.",
  },
  http2: {
    type: "boolean",
    description: "Whether HTTP/2 is spoken to this instance. Default: that of the service.",
  },
  weight: wholeNumber("Its share of the requests, beside that of the others.", {
    from: 1,
    to: 1_000,
    default: 100,
  }),
  drain: {
    type: "boolean",
    description: "Whether it gets no new requests, because it is to be taken away.",
    default: false,
  },
  zone: {
    type: "string",
    description:
      "Where it runs. As long as one that is well runs in the `zone` of the gateway, those of " +
      "other zones get no requests.",
    pattern: "^[\\x21-\\x7e]{1,64}$",
    "x-expected": "1 to 64 visible ASCII characters without spaces",
  },
  priority: wholeNumber(
    "Those with a higher number are asked only when none with a lower one is well. Default: 0.",
    { from: 0, to: 65_535 },
  ),
};

const tls = mapOf("How an https:// instance is met.", {
  ...serverTls,
  verify: {
    type: "boolean",
    description: "Whether the certificate of the instance is checked.",
    default: true,
  },
});

const mapOrUrl = {
  type: ["string", "object"],
  required: ["url"],
  "x-expected": instanceUrl["x-expected"] ?? "",
} as const;

export const instanceSchema: JsonSchema = {
  ...mapOf("One running copy of the service: its URL, or a map for more.", { ...own, tls }),
  ...mapOrUrl,
};

/** What stands in a file of instances. */
export const instanceListSchema: JsonSchema = {
  type: "array",
  description: "Instances: URLs, or maps for more.",
  items: { ...mapOf("One instance.", own), ...mapOrUrl },
  "x-expected": "a list of instances",
};

const milliseconds = (
  description: string,
  from: number,
  to: number,
  byDefault: number,
): JsonSchema => wholeNumber(description, { unit: "milliseconds", from, to, default: byDefault });

export const discoverSchema = mapOf(
  "Where instances are found, beside those in `instances`: all sources together.",
  {
    dns: {
      type: "string",
      description:
        "A URL whose host is looked up (A and AAAA): each address is an instance, asked under " +
        "the name.",
      "x-expected": "http://host:port/base or https://host:port/base",
    },
    srv: {
      type: "string",
      description:
        "A URL whose host is looked up as an SRV record (RFC 2782), which tells hosts, ports, " +
        "priorities and weights.",
      "x-expected": "http://_service._tcp.domain/base or https://_service._tcp.domain/base",
    },
    resolver: mapOf(
      "How names are looked up.",
      {
        servers: {
          type: "array",
          description: "DNS servers: addresses, with ports if need be. Default: the system's.",
          default: [],
          items: {
            type: "string",
            pattern: "^(?:[0-9.]{7,15}|\\[[0-9A-Fa-f:.]{2,45}\\])(?::[0-9]{1,5})?$",
            "x-expected": "an IP address, such as 10.0.0.2, 10.0.0.2:5353 or [fd00::2]:5353",
          },
        },
        everyMs: milliseconds(
          "Longest time until a name is looked up again; sooner when its records say so.",
          1_000,
          3_600_000,
          10_000,
        ),
        keepMs: milliseconds(
          "How long instances that were found stay in use while the lookup fails or finds nothing.",
          0,
          604_800_000,
          600_000,
        ),
      },
      { default: {} },
    ),
    file: {
      ...fileName,
      description:
        "A list of instances in YAML or JSON, as under `instances` but without `tls`; taken " +
        "anew when it changes.",
    },
    leases: mapOf(
      "Instances may be registered at the admin port, each for a time that it has to renew.",
      {
        ttlMsMax: milliseconds("Longest time that one may ask for.", 1_000, 86_400_000, 300_000),
        leasesMax: wholeNumber("How many there may be at once.", {
          from: 1,
          to: 10_000,
          default: 1_000,
        }),
      },
    ),
    tls: { ...tls, description: "How https:// instances that are found are met." },
  },
);
