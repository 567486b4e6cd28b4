/** Schema of `listen`: where callers and operators reach the gateway. */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";

const host: JsonSchema = {
  type: "string",
  pattern: "^[A-Za-z0-9._:%-]{1,253}$",
  "x-expected": "a host name or an IP address without brackets, such as 127.0.0.1 or ::",
};

const port: JsonSchema = {
  type: "integer",
  minimum: 0,
  maximum: 65535,
  "x-expected": "a port from 1 to 65535, or 0 for any free one",
};

export const fileName: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 4096,
  "x-expected": "the path of a PEM file, relative to the configuration file",
};

const certificate = mapOf(
  "A certificate and its private key, both PEM.",
  {
    cert: {
      ...fileName,
      description: "PEM file with the certificate, then its intermediate certificates.",
    },
    key: { ...fileName, description: "PEM file with the private key that belongs to it." },
    hosts: {
      type: "array",
      description:
        "Server names (SNI) this certificate is used for; `*.example.org` is allowed. " +
        "Empty: the names in the certificate.",
      default: [],
      items: {
        type: "string",
        pattern: "^(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})$",
        "x-expected": "a host name such as api.example.org or *.example.org",
      },
    },
  },
  { required: ["cert", "key"] },
);

export const listenSchema = mapOf(
  "Where callers and operators reach the gateway.",
  {
    host: { ...host, description: "Address the gateway listens on.", default: "0.0.0.0" },
    port: { ...port, description: "Port for callers, every protocol.", default: 8080 },
    adminHost: {
      ...host,
      description: "Address of the admin API, console and metrics. Loopback unless you say so.",
      default: "127.0.0.1",
    },
    adminPort: {
      ...port,
      description: "Port of the admin API, console and metrics. Never the one for callers.",
      default: 8081,
    },
    workers: {
      type: ["integer", "string"],
      description: "Worker threads that share the port; `auto` is one per processor core.",
      minimum: 1,
      maximum: 256,
      pattern: "^auto$",
      default: "auto",
      "x-expected": "a number from 1 to 256, or auto",
    },
    http2: {
      type: "boolean",
      description: "Whether callers may speak HTTP/2 (by preface, or by ALPN under TLS).",
      default: true,
    },
    proxyProtocol: {
      type: "boolean",
      description: "Whether each connection opens with a PROXY protocol header, version 1 or 2.",
      default: false,
    },
    trustedProxies: {
      type: "array",
      description: "CIDR blocks of proxies whose X-Forwarded-* and X-Request-Id are believed.",
      default: [],
      items: {
        type: "string",
        "x-expected": "a CIDR block such as 10.0.0.0/8 or 2001:db8::/32, or one address",
      },
    },
    text: {
      type: "array",
      description:
        "Ports for programs that speak no protocol: each message in the frames that the contract " +
        "of the service declares is a call. Read at the start only.",
      default: [],
      items: mapOf(
        "One port, for one service.",
        {
          host: { ...host, description: "Address. Default: that of `listen`." },
          port: { ...port, description: "Port of its own." },
          service: {
            type: "string",
            description: "The service whose operations are called.",
            "x-expected": "the name of a service",
          },
          caller: {
            type: "string",
            description: "Who calls, where `callers` does not say. Absent: `anonymous`.",
            "x-expected": "the name of a caller",
          },
          callers: {
            type: "object",
            description: "Who calls from which CIDR blocks; the first that fits counts.",
            default: {},
            additionalProperties: { type: "string", "x-expected": "the name of a caller" },
            "x-expected": "a map from CIDR blocks to names of callers",
          },
        },
        { required: ["port", "service"] },
      ),
      "x-expected": "a list of ports",
    },
    tls: mapOf(
      "TLS to callers. Absent: plain TCP.",
      {
        minVersion: {
          type: "string",
          description: "Oldest TLS version that is accepted.",
          enum: ["TLSv1.2", "TLSv1.3"],
          default: "TLSv1.2",
        },
        certificates: {
          type: "array",
          description: "At least one; the first is used when no server name fits.",
          items: certificate,
          minItems: 1,
          "x-expected": "at least one certificate",
        },
        clientCertificates: mapOf(
          "Clients are asked for certificates (mTLS); whose they are says `callers.X.certificate`.",
          {
            ca: {
              ...fileName,
              description: "PEM file with the authorities whose certificates count.",
            },
            required: {
              type: "boolean",
              description: "Whether there is no connection without one.",
              default: false,
            },
          },
          { required: ["ca"] },
        ),
      },
      { required: ["certificates"] },
    ),
  },
  { default: {} },
);
