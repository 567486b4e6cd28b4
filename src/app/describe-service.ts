/** `parlance describe`: the contract of a service in another language. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import type { Listen, Revision } from "#configuration/configuration.ts";
import { describeJsonSchema } from "#formats/json-schema/describe-contract.ts";
import { standardProtocols } from "./standard-protocols.ts";

/** The protocol whose own language it is. */
const languages = {
  openapi: "rest",
  wsdl: "soap",
  proto: "grpc",
  graphql: "graphql",
  mcp: "mcp",
  text: "text",
  "json-schema": undefined,
} as const;

/** Of addresses; the others are at the name of the service. */
const prefixes: ReadonlyMap<string, string> = new Map([
  ["wsdl", "/soap"],
  ["mcp", "/mcp"],
]);

export type Language = keyof typeof languages;

export const languageNames = Object.keys(languages) as readonly Language[];

export type Description =
  | {
      readonly kind: "described";
      readonly text: string;
      readonly mediaType: string;
      /** What the other language cannot say. */
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      readonly kind: "refused";
      readonly message: string;
      readonly suggestion?: string | undefined;
    };

export interface DescribeOptions {
  readonly service: string;
  readonly language: Language;
  /** Of the service on the gateway; undefined: where the configuration says that it listens. */
  readonly address: string | undefined;
}

export function describeService(
  { configuration, contracts }: Revision,
  { service, language, address }: DescribeOptions,
): Description {
  const contract = contracts.get(service);
  if (contract === undefined) return noContract(configuration.services, service);
  if (language === "json-schema") return { kind: "described", ...describeJsonSchema(contract) };
  const protocol = standardProtocols.find(({ name }) => name === languages[language]);
  if (protocol?.describe === undefined) {
    return { kind: "refused", message: `${language} is not written by this build` };
  }
  const prefix = prefixes.get(language) ?? "";
  const here = address ?? `${gatewayUrl(configuration.listen)}${prefix}/${service}`;
  const described = protocol.describe({ serviceName: service, contract }, { address: here });
  return { kind: "described", ...described };
}

/** Where a program on this machine reaches the gateway of this configuration. */
export function gatewayUrl({ host, port, tls }: Listen): string {
  const isAny = host === "" || host === "0.0.0.0" || host === "::";
  const name = isAny ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `${tls === undefined ? "http" : "https"}://${name}:${port}`;
}

/** For a service that cannot be spoken of by its contract. */
export function noContract(
  services: readonly { readonly name: string }[],
  service: string,
): {
  readonly kind: "refused";
  readonly message: string;
  readonly suggestion?: string | undefined;
} {
  const names = services.map(({ name }) => name);
  if (names.includes(service)) {
    const suggestion = "give it one by `contract:`; without, it passes through";
    return { kind: "refused", message: `service ${service} has no contract`, suggestion };
  }
  const message = `there is no service ${JSON.stringify(service)}`;
  return { kind: "refused", message, suggestion: didYouMean(service, names) };
}
