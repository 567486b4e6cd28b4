/** Failures of requests that led to no service, for callers who are seen to speak SOAP. */
import type { TellFailure } from "#extension/protocol.ts";
import { writeFault } from "./faults.ts";
import { versionOfMediaType } from "./message.ts";
import { dialectOf } from "./versions.ts";

/** text/xml may be any XML: the address, or a SOAPAction, says that it is SOAP. */
export const tellUnrouted: TellFailure = ({ method, path, field }, fault, exchangeId) => {
  const contentType = field("content-type");
  const version = versionOfMediaType(contentType);
  if (method !== "POST" || version === undefined) return undefined;
  const isSoap = path.startsWith("/soap/") || field("soapaction") !== undefined;
  if (version === "1.1" && !isSoap) return undefined;
  const { body, status } = writeFault(fault, version, undefined, exchangeId);
  const type = `${dialectOf(version).mediaType}; charset=utf-8`;
  const fields = [
    ["content-type", type],
    ["parlance-fault", fault.blame],
  ] as const;
  return { status: fault.httpStatus ?? status, fields, body };
};
