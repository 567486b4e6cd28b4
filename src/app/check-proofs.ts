/** What proofs of identity find wrong with what is configured of them. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { isLoopbackHost } from "#base/ip-address.ts";
import type { Files } from "#base/platform.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { usesOf } from "#gateway/identity.ts";
import { basic } from "#proofs/basic/index.ts";
import { certificate } from "#proofs/certificate/index.ts";
import { standardProofs } from "./standard-proofs.ts";

export function checkProofs(
  configuration: Configuration,
  files: Pick<Files, "readUpTo">,
): readonly Diagnostic[] {
  const found = standardProofs.flatMap((kind) =>
    kind.check(usesOf(configuration, kind), files).map(({ source, message, ...rest }) => {
      const where = source === undefined ? `identity.${kind.name}: ` : `${kind.name}: `;
      const place = source === undefined ? {} : { source };
      return { code: "bad-proof", message: where + message, ...rest, ...place };
    }),
  );
  return [...found, ...certificatesNotAsked(configuration), ...passwordsInTheClear(configuration)];
}

/** Behind a proxy that is named, TLS ends there. */
function passwordsInTheClear(configuration: Configuration): readonly Diagnostic[] {
  const { tls, host, trustedProxies, proxyProtocol } = configuration.listen;
  if (tls !== undefined || isLoopbackHost(host) || trustedProxies.length > 0 || proxyProtocol)
    return [];
  return usesOf(configuration, basic).callers.map(({ name, source }) => ({
    code: "password-without-tls",
    severity: "warning",
    message: `basic: the password of caller ${name} comes over the network in the clear`,
    suggestion: "add `listen.tls`, or name the proxy that has it in `listen.trustedProxies`",
    ...(source && { source }),
  }));
}

/** A caller that nobody can be. */
function certificatesNotAsked(configuration: Configuration): readonly Diagnostic[] {
  if (configuration.listen.tls?.clientCertificates !== undefined) return [];
  return usesOf(configuration, certificate).callers.map(({ name, source }) => ({
    code: "unused-proof",
    severity: "warning",
    message: `certificate: clients are asked for none, so that caller ${name} is never known by it`,
    suggestion: "add `listen.tls.clientCertificates`",
    ...(source && { source }),
  }));
}
