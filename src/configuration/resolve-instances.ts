/** Lists of instances: URLs taken apart, files by absolute path, all that is left open decided. */
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import { checkAuthorities, checkOwnCertificate } from "./check-tls-files.ts";
import type { Instance, InstanceTls } from "./configuration.ts";
import type { DeclaredInstance, DeclaredService } from "./declared.ts";
import { parseInstanceUrl } from "./instance-url.ts";
import type { PemFiles } from "./pem-files.ts";

/** Of instances that are written as a URL only; as in the schema. */
export const weightByDefault = 100;

export interface InstanceSurroundings {
  readonly pemFiles: PemFiles;
  readonly reporter: Reporter;
}

export function resolveInstances(
  name: string,
  service: DeclaredService,
  surroundings: InstanceSurroundings,
): readonly Instance[] {
  const written = service.instances ?? [];
  return resolveList(written, ["services", name, "instances"], service, surroundings);
}

/** As `parlance import` takes it for servers that are asked for what they offer. */
const grpcScheme = /^grpc(s?):\/\//;

/** @param place of the list in its document. */
export function resolveList(
  list: readonly (string | DeclaredInstance)[],
  place: NodePath,
  service: Pick<DeclaredService, "http2">,
  { pemFiles, reporter }: InstanceSurroundings,
): readonly Instance[] {
  const instances: Instance[] = [];
  const urls = new Set<string>();
  for (const [index, written] of list.entries()) {
    const path = [...place, index];
    const declared: DeclaredInstance = typeof written === "string" ? { url: written } : written;
    const urlPath = typeof written === "string" ? path : [...path, "url"];
    const { url } = declared;
    const address = parseInstanceUrl(url);
    if ("error" in address) {
      // A password in it must not be shown; the place says which one is meant.
      const shown = url.includes("@") ? "" : ` ${JSON.stringify(url.slice(0, 200))}`;
      const message = `instance URL${shown} is not possible: ${address.error}`;
      const [, secure] = grpcScheme.exec(url) ?? [];
      const hint = secure === undefined ? undefined : `write http${secure}://, also for gRPC`;
      reporter.error(urlPath, "bad-instance-url", message, hint);
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
      ...(declared.zone !== undefined && { zone: declared.zone }),
      ...(declared.priority !== undefined && { priority: declared.priority }),
      tls:
        address.scheme === "https"
          ? resolveTls(declared.tls, address.host, [...path, "tls"], pemFiles, reporter)
          : undefined,
    });
  }
  return instances;
}

/** @param host whose name is asked for unless another one is written. */
export function resolveTls(
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
    checkOwnCertificate({ certificate, key: privateKey }, path, pemFiles, reporter);
  }
  const authorities = ca === undefined ? ca : pemFiles.certificate(ca, [...path, "ca"]);
  if (authorities !== undefined) checkAuthorities(authorities, [...path, "ca"], reporter);
  return {
    serverName: tls?.serverName?.toLowerCase() ?? host,
    caFile: authorities?.file,
    certFile: certificate?.file,
    keyFile: privateKey?.file,
    verify: tls?.verify ?? true,
  };
}
