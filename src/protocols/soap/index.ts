/** SOAP 1.1 and 1.2 with WSDL 1.1. */
import type { Protocol } from "#extension/protocol.ts";
import { importer } from "./import.ts";

export const soap = {
  name: "soap",
  importer,
} satisfies Protocol;
