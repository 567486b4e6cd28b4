/** `listen` with everything decided: cores counted, blocks and certificates checked. */
import type { Certificate, Listen, ListenTls } from "./configuration.ts";
import { parseCidr } from "#base/cidr.ts";
import { checkAuthorities, checkOwnCertificate, warnOfHosts } from "./check-tls-files.ts";
import type { DeclaredListen } from "./declared.ts";
import type { PemFiles } from "./pem-files.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

export function resolveListen(
  listen: DeclaredListen,
  cores: number,
  pemFiles: PemFiles,
  reporter: Reporter,
): Listen {
  // Port 0 is any free one, so two of them never meet.
  if (listen.port === listen.adminPort && listen.port !== 0) {
    const message =
      `\`listen.adminPort\` is ${listen.adminPort}, which is the port for callers, too; ` +
      "expected another one";
    reporter.error(["listen", "adminPort"], "same-port", message);
  }
  return {
    ...listen,
    workers: listen.workers === "auto" ? cores : listen.workers,
    trustedProxies: resolveProxies(listen, reporter),
    // Made when services and callers are known.
    text: [],
    tls:
      listen.tls === undefined
        ? undefined
        : {
            minVersion: listen.tls.minVersion,
            certificates: resolveCertificates(listen.tls, pemFiles, reporter),
            ...resolveClients(listen.tls, pemFiles, reporter),
          },
  };
}

function resolveProxies(listen: DeclaredListen, reporter: Reporter): readonly string[] {
  return listen.trustedProxies.flatMap((written, index) => {
    const block = parseCidr(written);
    const path = ["listen", "trustedProxies", index];
    if (block?.endsWith("/0") === true) {
      const message = `${written} is everybody: whoever asks chooses its address (X-Forwarded-For)`;
      reporter.warning(path, "trusts-everybody", message, "name the proxies' own blocks");
    }
    if (block !== undefined) return [block];
    const message =
      `${JSON.stringify(written)} is not a CIDR block; expected an address and a number of ` +
      "bits, such as 10.0.0.0/8 or 2001:db8::/32";
    reporter.error(path, "bad-cidr", message);
    return [];
  });
}

function resolveCertificates(
  tls: NonNullable<DeclaredListen["tls"]>,
  pemFiles: PemFiles,
  reporter: Reporter,
): readonly Certificate[] {
  return tls.certificates.map(({ cert, key, hosts }, index) => {
    const path = ["listen", "tls", "certificates", index];
    const certificate = pemFiles.certificate(cert, [...path, "cert"]);
    const privateKey = pemFiles.privateKey(key, [...path, "key"]);
    checkOwnCertificate({ certificate, key: privateKey }, path, pemFiles, reporter);
    warnOfHosts(certificate, hosts, [...path, "hosts"], reporter);
    return {
      certFile: certificate.file,
      keyFile: privateKey.file,
      hosts: hosts.map((host) => host.toLowerCase()),
    };
  });
}

function resolveClients(
  { clientCertificates }: NonNullable<DeclaredListen["tls"]>,
  pemFiles: PemFiles,
  reporter: Reporter,
): Pick<ListenTls, "clientCertificates"> {
  if (clientCertificates === undefined) return {};
  const { ca, required } = clientCertificates;
  const path = ["listen", "tls", "clientCertificates", "ca"];
  const authorities = pemFiles.certificates(ca, path);
  checkAuthorities(authorities, path, reporter);
  return { clientCertificates: { caFile: authorities.file, required } };
}
