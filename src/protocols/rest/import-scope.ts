/** What reading of one OpenAPI document shares among its operations. */
import type { SchemaImporter } from "#formats/json-schema/create-schema-importer.ts";
import type { ViewScope } from "./import-view.ts";

export interface ImportScope extends ViewScope {
  readonly schemas: SchemaImporter;
}
