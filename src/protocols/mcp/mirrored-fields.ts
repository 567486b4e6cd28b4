/** Arguments that stand in HTTP fields as well (Streamable HTTP, Custom Headers). */
import type { McpBinding } from "#contract/contract.ts";
import type { Fields } from "#extension/protocol.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { textOf } from "#formats/json-rpc/request.ts";
import { writeMirrored } from "./versions.ts";

/** @param given text of the arguments. */
export function mirroredFields(given: string, mirrored: McpBinding["mirrored"]): Fields {
  return mirrored.flatMap(({ path, name }) => {
    const at = path.reduce<string | undefined>(memberOf, given);
    if (at === undefined || at === "null" || /^[[{]/.test(at)) return [];
    return [[`mcp-param-${name.toLowerCase()}`, writeMirrored(textOf(at) ?? at)] as const];
  });
}

function memberOf(object: string | undefined, name: string): string | undefined {
  const spans = object === undefined ? undefined : readValueSpans(object);
  return spans?.kind === "object" ? spans.members.get(name) : undefined;
}
