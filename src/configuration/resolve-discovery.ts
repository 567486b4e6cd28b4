/** `discover` of a service: where instances are found, and those of its file. */
import { hasErrors } from "#base/diagnostic.ts";
import { toPlain, type NodePath } from "#formats/yaml/node-path.ts";
import { parseYaml } from "#formats/yaml/parse-yaml.ts";
import { checkSchema } from "#formats/yaml/check-schema.ts";
import { createReporter } from "#formats/yaml/reporter.ts";
import type { Discovery, DnsSource, Instance } from "./configuration.ts";
import type { DeclaredDiscovery, DeclaredInstance, DeclaredService } from "./declared.ts";
import { decodeText } from "./decode-text.ts";
import { withTls } from "./found-instance.ts";
import { parseInstanceUrl } from "./instance-url.ts";
import { resolveList, resolveTls, type InstanceSurroundings } from "./resolve-instances.ts";
import { instanceListSchema } from "./schema-instances.ts";

export interface ResolvedDiscovery {
  /** Undefined: nothing is found while the gateway runs. */
  readonly discovery: Discovery | undefined;
  /** Those of the file. */
  readonly listed: readonly Instance[];
}

export function resolveDiscovery(
  name: string,
  service: DeclaredService,
  surroundings: InstanceSurroundings,
): ResolvedDiscovery {
  const { discover, http2 } = service;
  const { pemFiles, reporter } = surroundings;
  const path = ["services", name, "discover"];
  const sources = discover && [discover.dns, discover.srv, discover.file, discover.leases];
  if (sources === undefined || sources.every((source) => source === undefined)) {
    if (service.instances !== undefined) return { discovery: undefined, listed: [] };
    const message =
      `\`services.${name}\` has no \`instances\`; expected at least one instance, or ` +
      "`discover` with `dns`, `srv`, `file` or `leases`";
    reporter.error(["services", name], "missing-key", message);
    return { discovery: undefined, listed: [] };
  }
  const { dns, srv, file, leases, resolver, tls } = discover as DeclaredDiscovery;
  const common = {
    http2,
    serverName: tls?.serverName?.toLowerCase(),
    tls: resolveTls(tls, "", [...path, "tls"], pemFiles, reporter),
  };
  const names = [
    ...(dns === undefined ? [] : [sourceOf("address", dns, [...path, "dns"])]),
    ...(srv === undefined ? [] : [sourceOf("service", srv, [...path, "srv"])]),
  ].filter((source) => source !== undefined);

  function sourceOf(kind: DnsSource["kind"], url: string, place: NodePath): DnsSource | undefined {
    const expected =
      kind === "address"
        ? "expected http://host:port/base or https://host:port/base"
        : "expected http://_service._tcp.domain/base, or https; the record tells the port";
    const address = parseInstanceUrl(url);
    const isKnown = !("error" in address) && /^https?$/.test(address.scheme);
    const hasName = isKnown && address.socketPath === undefined && /[a-z]/.test(address.host);
    const isService = isKnown && /^_[^.]+\._tcp\./.test(address.host);
    const hasPort = /^https?:\/\/[^/]*:/.test(url);
    if (!hasName || address.host.includes(":") || (kind === "service" && (!isService || hasPort))) {
      // A password in it must not be shown.
      const shown = url.includes("@")
        ? ""
        : `${JSON.stringify(url.slice(0, 200))} is not possible: `;
      reporter.error(place, "bad-discovery-url", `${shown}${expected}`);
      return undefined;
    }
    return { kind, url, address };
  }

  const listed =
    file === undefined ? [] : readList(file, [...path, "file"], { service, surroundings });
  const discovery: Discovery = {
    ...common,
    names,
    resolver: { ...resolver },
    leases: leases === undefined ? undefined : { ...leases },
  };
  return {
    discovery: names.length === 0 && leases === undefined ? undefined : discovery,
    listed: listed.map((instance) => withTls(instance, common)),
  };
}

function readList(
  file: string,
  place: NodePath,
  { service, surroundings }: { service: DeclaredService; surroundings: InstanceSurroundings },
): readonly Instance[] {
  const { reporter, pemFiles } = surroundings;
  const { content } = pemFiles.anyFile(file, place);
  if (!(content instanceof Buffer)) return [];
  const decoded = decodeText(content, file);
  if (decoded.text === undefined) return refused(decoded.diagnostics);
  const { root, placeAt, diagnostics } = parseYaml(decoded.text, file, {
    ...{ depthMax: 8, aliasedNodesMax: 0, mergeKeys: false },
    expected: 'a list of instances, such as ["http://10.0.0.1:9101"]',
    suggest: () => undefined,
  });
  if (root === undefined) return refused(diagnostics);
  const plain = toPlain(root, instanceListSchema);
  const violations = checkSchema(plain, root, new Set(), placeAt, instanceListSchema);
  const found = [...decoded.diagnostics, ...diagnostics, ...violations];
  if (hasErrors(found)) return refused(found);
  const own = createReporter(root, placeAt);
  const list = resolveList(plain as readonly (string | DeclaredInstance)[], [], service, {
    pemFiles,
    reporter: own,
  });
  reporter.include([...found, ...own.diagnostics]);
  return list;

  function refused(all: Parameters<typeof reporter.include>[0]): readonly Instance[] {
    reporter.include(all);
    return [];
  }
}
