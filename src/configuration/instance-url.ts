/** Addresses of instances: `http://`, `https://`, `unix:/socket[:/base]` and `tcp://`. */
import type { Instance } from "./configuration.ts";
import { checkPathTemplate } from "./path-template.ts";

export type InstanceAddress = Omit<
  Instance,
  "drain" | "framing" | "http2" | "tls" | "url" | "weight"
>;

export interface BadInstanceUrl {
  /** What is wrong, and what was expected. */
  readonly error: string;
}

const forms =
  "expected http://host:port/base, https://host:port/base, unix:/path/to.sock:/base or " +
  "tcp://host:port";
const knownUrl = /^(https?|tcp):\/\/([^/?#]*)(\/[^?#]*)?([?#].*)?$/;
const authorityForm = /^(?:(.*)@)?(\[[0-9A-Fa-f:.]+\]|[^:[\]@]*)(?::(\d*))?$/;
/** Underscores are no part of a host name, yet container networks use them. */
const hostName = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})$/;
/** sun_path of unix(7) holds 108 bytes, the final zero included; macOS holds 104. */
const socketPathBytesMax = 103;
/** It stands in every request head, and there is room for those in `wire/scratch.ts`. */
const basePathBytesMax = 8 * 1024;

export function parseInstanceUrl(url: string): InstanceAddress | BadInstanceUrl {
  if (url.startsWith("unix:")) return parseUnix(url.slice("unix:".length));
  const parts = knownUrl.exec(url);
  if (parts === null) return { error: forms };
  const [, scheme, authority = "", path = "", tail] = parts;
  if (tail !== undefined) {
    return { error: "a query or fragment cannot be part of it; expected only a path" };
  }
  const pieces = authorityForm.exec(authority);
  if (pieces === null) return { error: `host and port cannot be told apart; ${forms}` };
  const [, user, writtenHost = "", writtenPort] = pieces;
  if (user !== undefined) {
    return { error: "a user name and password cannot be part of it; expected only host and port" };
  }
  const isAddress = writtenHost.startsWith("[");
  if (isAddress ? !URL.canParse(`http://${writtenHost}/`) : !hostName.test(writtenHost)) {
    return { error: `${JSON.stringify(writtenHost)} is not a host name or address; ${forms}` };
  }
  if (scheme === "tcp" && (writtenPort === undefined || path !== "")) {
    return { error: "a program on TCP has a port and no path; expected tcp://host:port" };
  }
  const portOfScheme = scheme === "https" ? 443 : 80;
  const port = writtenPort === undefined ? portOfScheme : Number(writtenPort);
  if (writtenPort === "" || port < 1 || port > 65535) {
    return { error: `port ${writtenPort || "after `:`"} is not possible; expected 1 to 65535` };
  }
  const basePath = parseBasePath(path);
  if (typeof basePath !== "string") return basePath;
  const host = writtenHost.toLowerCase();
  return {
    scheme: scheme as InstanceAddress["scheme"],
    host: isAddress ? host.slice(1, -1) : host,
    port,
    socketPath: undefined,
    basePath,
    authority: port === portOfScheme ? host : `${host}:${port}`,
  };
}

function parseUnix(rest: string): InstanceAddress | BadInstanceUrl {
  const colon = rest.indexOf(":");
  const socketPath = colon < 0 ? rest : rest.slice(0, colon);
  if (!socketPath.startsWith("/") || socketPath.endsWith("/")) {
    return { error: "the path of a Unix socket must be absolute; expected unix:/path/to.sock" };
  }
  if (Buffer.byteLength(socketPath) > socketPathBytesMax) {
    return { error: `a Unix socket's path can have ${socketPathBytesMax} bytes at most` };
  }
  const basePath = parseBasePath(colon < 0 ? "" : rest.slice(colon + 1));
  if (typeof basePath !== "string") return basePath;
  return { scheme: "http", host: "", port: 0, socketPath, basePath, authority: "localhost" };
}

function parseBasePath(path: string): string | BadInstanceUrl {
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  if (trimmed === "") return "";
  if (trimmed.length > basePathBytesMax) {
    return { error: `a base path can have ${basePathBytesMax} bytes at most` };
  }
  const error = checkPathTemplate(trimmed);
  if (error !== undefined) return { error: `base path: ${error}` };
  if (/[{}*]/.test(trimmed)) return { error: "a base path cannot hold {, } or *" };
  return trimmed;
}
