/** SOAP 1.1 and 1.2 with WSDL 1.1. */
import type { Protocol } from "#extension/protocol.ts";
import { describeWsdl } from "./describe.ts";
import { createSoapFace } from "./face.ts";
import { soapForms } from "./forms.ts";
import { importer } from "./import.ts";
import { tellUnrouted } from "./unrouted.ts";
import { createSoapUpstream } from "./upstream.ts";

export const soap = {
  name: "soap",
  importer,
  describe: describeWsdl,
  createFace: (service, security) => createSoapFace(service, { security }),
  createUpstream: (service, security) => createSoapUpstream(service, { security }),
  tellUnrouted,
  forms: soapForms,
} satisfies Protocol;
