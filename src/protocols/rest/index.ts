/** REST: JSON and XML at the addresses of an OpenAPI contract, or of our own for any other one. */
import type { Protocol } from "#extension/protocol.ts";
import { describeOpenApi } from "./describe.ts";
import { createRestFace } from "./face.ts";
import { restForms } from "./forms.ts";
import { openApiImporter } from "./import.ts";
import { createRestUpstream } from "./upstream.ts";

export const rest = {
  name: "rest",
  importer: openApiImporter,
  describe: describeOpenApi,
  createFace: (service) => createRestFace(service, { describe: describeOpenApi }),
  createUpstream: createRestUpstream,
  forms: restForms,
} satisfies Protocol;
