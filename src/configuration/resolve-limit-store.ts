/** `limitStore` with its URL taken apart. */
import { isLoopbackHost } from "#base/ip-address.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import type { LimitStore } from "./configuration.ts";
import type { Declared } from "./declared.ts";
import { parseInstanceUrl } from "./instance-url.ts";
import type { PemFiles } from "./pem-files.ts";
import { resolveTls } from "./resolve-instances.ts";

const form = "expected valkey://host:port/database or, with TLS, valkeys://host:port/database";
const knownUrl = /^(?:valkey|redis)(s?):\/\/([^/?#]*)(?:\/(\d{1,5})?)?$/;
const portByDefault = 6379;

export function resolveLimitStore(
  declared: Declared["limitStore"],
  pemFiles: PemFiles,
  reporter: Reporter,
): LimitStore | undefined {
  if (declared === undefined) return undefined;
  const { url, username, password, tls, timeoutMs, whenAway, prefix } = declared;
  const place = ["limitStore", "url"];
  const refuse = (message: string, suggestion?: string): undefined => {
    reporter.error(place, "bad-limit-store", message, suggestion);
    return undefined;
  };
  // What may be a password is not shown.
  if (url.includes("@")) {
    return refuse(
      "a user name and password cannot be part of it",
      "write `username` and `password` beside it",
    );
  }
  const [, secure, authority = "", database = "0"] = knownUrl.exec(url) ?? [];
  if (secure === undefined) return refuse(`${JSON.stringify(url.slice(0, 200))}: ${form}`);
  const hasPort = /:\d*$/.test(authority.replace(/^\[.*\]/, ""));
  const address = parseInstanceUrl(`http://${authority}${hasPort ? "" : `:${portByDefault}`}`);
  if ("error" in address) {
    return refuse(`${JSON.stringify(url.slice(0, 200))} is not possible: ${form}`);
  }
  const isSecure = secure === "s";
  if (tls !== undefined && !isSecure) {
    const message = "`tls` is only for valkeys:// and rediss://";
    reporter.error(["limitStore", "tls"], "tls-without-valkeys", message, "write valkeys://");
  }
  if (!isSecure && password !== undefined && !isLoopbackHost(address.host)) {
    const message = "the password goes over the network in the clear";
    reporter.warning(place, "password-without-tls", message, "write valkeys://");
  }
  return {
    url,
    host: address.host,
    port: address.port,
    database: Number(database),
    tls: isSecure
      ? resolveTls(
          tls && { ...tls, verify: true },
          address.host,
          ["limitStore", "tls"],
          pemFiles,
          reporter,
        )
      : undefined,
    username,
    password: password === undefined ? undefined : { secret: password },
    timeoutMs,
    whenAway,
    prefix,
  };
}
