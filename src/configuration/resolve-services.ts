/** `services` with general limits and time-outs merged in, URLs taken apart and routes complete. */
import { resolve } from "node:path";
import { schemaUnder, type JsonSchema } from "#base/json-schema.ts";
import type { Dialect } from "#contract/contract.ts";
import type { Instance, InstanceTls, Service } from "./configuration.ts";
import type { Declared, DeclaredInstance, DeclaredService } from "./declared.ts";
import { parseInstanceUrl } from "./instance-url.ts";
import { resolveServiceLedger } from "./resolve-ledger.ts";
import type { PemFiles } from "./pem-files.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import { resolvePolicies } from "./resolve-policies.ts";
import { resolveServiceSecurity } from "./resolve-security.ts";
import { resolveRoutes } from "./resolve-routes.ts";

interface Surroundings {
  readonly pemFiles: PemFiles;
  readonly reporter: Reporter;
  /** Of the whole file. */
  readonly schema: JsonSchema;
}

export function resolveServices(
  { services, limits, timeouts, ledger }: Declared,
  folder: string,
  surroundings: Surroundings,
): readonly Service[] {
  const { pemFiles, reporter } = surroundings;
  const policiesSchema = schemaUnder(
    schemaUnder(schemaUnder(surroundings.schema, "services"), ""),
    "policies",
  );
  const entries = Object.entries(services);
  if (entries.length === 0) {
    const message = "there is no service, so every request will be answered with 404";
    reporter.warning(["services"], "no-services", message);
  }
  return entries.map(([name, service]) => {
    const instances = resolveInstances(name, service, pemFiles, reporter);
    const wsSecurity = resolveServiceSecurity(name, service, instances, surroundings);
    return {
      name,
      instances,
      contractFile: service.contract === undefined ? undefined : resolve(folder, service.contract),
      ...resolveFaces(name, service, folder, reporter),
      speaks: resolveSpeaks(name, service, reporter),
      ...resolveOffers(name, service, reporter),
      maxLoss: service.maxLoss,
      routes: resolveRoutes(name, service, reporter),
      host: service.host,
      bodyBytesMax: service.bodyBytesMax ?? limits.bodyBytesMax,
      connectMs: service.connectMs ?? timeouts.connectMs,
      firstByteMs: service.firstByteMs ?? timeouts.firstByteMs,
      responseIdleMs: service.responseIdleMs ?? timeouts.responseIdleMs,
      timeoutMs: service.timeoutMs ?? timeouts.totalMs,
      encodedSlash: service.encodedSlash,
      balance: service.balance,
      health: service.health,
      outlier: service.outlier,
      ledger: resolveServiceLedger(name, service, ledger, reporter),
      ...(wsSecurity === undefined ? {} : { wsSecurity }),
      policies: resolvePolicies(service.policies, ["services", name, "policies"], {
        schema: policiesSchema,
        pemFiles,
        reporter,
      }),
    };
  });
}

function resolveSpeaks(
  name: string,
  { speaks, contract }: DeclaredService,
  reporter: Reporter,
): Dialect | undefined {
  if (speaks !== undefined && contract === undefined) {
    const message = `\`speaks\` needs a \`contract\`: without one, service ${name} passes through`;
    reporter.error(["services", name, "speaks"], "speaks-without-contract", message);
  }
  return speaks;
}

function resolveOffers(
  name: string,
  { mcp, contract }: DeclaredService,
  reporter: Reporter,
): Pick<Service, "offers"> {
  if (mcp.length > 0 && contract === undefined) {
    const message = `\`mcp\` needs a \`contract\`: without one, service ${name} has no operations`;
    reporter.error(["services", name, "mcp"], "mcp-without-contract", message);
  }
  return { offers: { mcp } };
}

function resolveFaces(
  name: string,
  { faces, contract }: DeclaredService,
  folder: string,
  reporter: Reporter,
): Pick<Service, "faceFiles"> {
  if (faces.length === 0) return {};
  if (contract === undefined) {
    const message = `\`faces\` need a \`contract\`: without one, nothing says what ${name} does`;
    reporter.error(["services", name, "faces"], "faces-without-contract", message);
  }
  return { faceFiles: faces.map((file) => resolve(folder, file)) };
}

/** Of instances that are written as a URL only; as in the schema. */
const weightByDefault = 100;

function resolveInstances(
  name: string,
  service: DeclaredService,
  pemFiles: PemFiles,
  reporter: Reporter,
): readonly Instance[] {
  const instances: Instance[] = [];
  const urls = new Set<string>();
  for (const [index, written] of service.instances.entries()) {
    const path = ["services", name, "instances", index];
    const declared: DeclaredInstance = typeof written === "string" ? { url: written } : written;
    const urlPath = typeof written === "string" ? path : [...path, "url"];
    const { url } = declared;
    const address = parseInstanceUrl(url);
    if ("error" in address) {
      // A password in it must not be shown; the place says which one is meant.
      const shown = url.includes("@") ? "" : ` ${JSON.stringify(url.slice(0, 200))}`;
      const message = `instance URL${shown} is not possible: ${address.error}`;
      reporter.error(urlPath, "bad-instance-url", message);
      continue;
    }
    if (urls.has(url)) {
      const message = `instance ${url} is listed twice, so it gets twice the requests`;
      reporter.warning(urlPath, "repeated-instance", message);
    }
    urls.add(url);
    if (declared.tls !== undefined && address.scheme !== "https") {
      const message = `\`tls\` is only for https:// instances, and this one is ${url}`;
      reporter.error([...path, "tls"], "tls-without-https", message, "write https://");
    }
    instances.push({
      url,
      ...address,
      http2: declared.http2 ?? service.http2,
      weight: declared.weight ?? weightByDefault,
      drain: declared.drain ?? false,
      tls:
        address.scheme === "https"
          ? resolveTls(declared.tls, address.host, [...path, "tls"], pemFiles, reporter)
          : undefined,
    });
  }
  return instances;
}

function resolveTls(
  tls: DeclaredInstance["tls"],
  host: string,
  path: NodePath,
  pemFiles: PemFiles,
  reporter: Reporter,
): InstanceTls {
  if (tls?.verify === false) {
    const message = "the certificate of this instance is not checked: anybody can stand in for it";
    reporter.warning([...path, "verify"], "not-verified", message, "set `ca` instead");
  }
  const { ca, cert, key } = tls ?? {};
  if ((cert === undefined) !== (key === undefined)) {
    const [given, missing] = cert === undefined ? ["key", "cert"] : ["cert", "key"];
    const message = `\`${given}\` needs \`${missing}\` beside it`;
    reporter.error([...path, given], "missing-key", message);
  }
  const certificate = cert === undefined ? cert : pemFiles.certificate(cert, [...path, "cert"]);
  const privateKey = key === undefined ? key : pemFiles.privateKey(key, [...path, "key"]);
  if (certificate !== undefined && privateKey !== undefined) {
    pemFiles.checkPair(certificate, privateKey, [...path, "key"]);
  }
  return {
    serverName: tls?.serverName?.toLowerCase() ?? host,
    caFile: ca === undefined ? undefined : pemFiles.certificate(ca, [...path, "ca"]).file,
    certFile: certificate?.file,
    keyFile: privateKey?.file,
    verify: tls?.verify ?? true,
  };
}
