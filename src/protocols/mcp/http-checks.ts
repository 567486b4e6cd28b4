/** What is wrong with a request of HTTP before its body is looked at. */
import type { FaceRequest } from "#extension/protocol.ts";

interface Wrong {
  readonly status: number;
  readonly message: string;
}

export function checkHttp(http: FaceRequest): Wrong | undefined {
  const origin = http.field("origin");
  if (origin !== undefined && !isKnownOrigin(origin, http)) {
    const shown = JSON.stringify(origin.slice(0, 200));
    const expected = "expected a program, or a page of this host";
    const message = `pages of origin ${shown} may not call; ${expected}`;
    return { status: 403, message };
  }
  const type = http.field("content-type") ?? "";
  if (!/^[ \t]*application\/json[ \t]*(?:;|$)/i.test(type)) {
    const shown = JSON.stringify(type.slice(0, 100));
    return { status: 415, message: `Content-Type is ${shown}; expected application/json` };
  }
  const accept = http.field("accept");
  if (takes(accept, "application", "json") && takes(accept, "text", "event-stream"))
    return undefined;
  const shown = JSON.stringify((accept ?? "").slice(0, 200));
  const message = `Accept is ${shown}; expected application/json, text/event-stream`;
  return { status: 406, message };
}

/**
 * A name that was bound to another address makes a foreign page look like one of this host; it
 * cannot have this host's certificate, and it is none of this machine's own names.
 */
function isKnownOrigin(origin: string, { field, scheme }: FaceRequest): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, host } = new URL(origin);
  if (/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return true;
  return protocol === "https:" && scheme === "https" && host === field("host")?.toLowerCase();
}

/** RFC 9110 §12.5.1; without the field, everything is taken. */
function takes(accept: string | undefined, type: string, subtype: string): boolean {
  if (accept === undefined) return true;
  return accept.split(",").some((range) => {
    const [name = "", ...parameters] = range.toLowerCase().split(";");
    if (parameters.some((one) => /^\s*q\s*=\s*0(?:\.0*)?\s*$/.test(one))) return false;
    return ["*/*", `${type}/*`, `${type}/${subtype}`].includes(name.trim());
  });
}
