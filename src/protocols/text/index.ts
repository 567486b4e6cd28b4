/** Programs that follow no protocol: CSV, fixed width, key=value, forms, plain XML, XML-RPC. */
import type { Protocol } from "#extension/protocol.ts";
import { addTextFace } from "./add-face.ts";
import { describeText } from "./describe.ts";
import { createTextFace } from "./face.ts";
import { textForms } from "./forms.ts";
import { textImporter } from "./import.ts";
import { createTextUpstream } from "./upstream.ts";

export const text = {
  name: "text",
  importer: textImporter,
  describe: describeText,
  addFace: addTextFace,
  createFace: createTextFace,
  createUpstream: createTextUpstream,
  forms: textForms,
} satisfies Protocol;
