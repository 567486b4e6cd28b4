/** `services` with general limits and time-outs merged in, URLs taken apart and routes complete. */
import { resolve } from "node:path";
import { schemaUnder, type JsonSchema } from "#base/json-schema.ts";
import type { Dialect } from "#contract/contract.ts";
import type { Service } from "./configuration.ts";
import type { Declared, DeclaredService } from "./declared.ts";
import { resolveDiscovery } from "./resolve-discovery.ts";
import { resolveInstances } from "./resolve-instances.ts";
import { resolveServiceLedger } from "./resolve-ledger.ts";
import type { PemFiles } from "./pem-files.ts";
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
    const { discovery, listed } = resolveDiscovery(name, service, surroundings);
    const instances = [...resolveInstances(name, service, surroundings), ...listed];
    const wsSecurity = resolveServiceSecurity(name, service, instances, surroundings);
    return {
      name,
      instances,
      ...(discovery !== undefined && { discovery }),
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
