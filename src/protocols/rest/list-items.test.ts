/** Lists where their items are texts: what would arrive as something else is not sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestParameter } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { binding, contractOf, field, operation, record, text } from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const optional = { presence: "optional" } as const;
const nullable = (item: Type): Type => ({ kind: "list", item, itemNullable: true, min: 0 });
const parameter = (name: string, explode: boolean): RestParameter => ({
  field: name,
  name,
  in: "query",
  style: "form",
  explode,
});
const search = operation(
  "search",
  record(field("each", nullable(text), optional), field("joined", nullable(text), optional)),
  {
    rest: binding("GET", "/search", {
      parameters: [parameter("each", true), parameter("joined", false)],
    }),
  },
);
const bytes: Type = { kind: "bytes", encoding: "base64" };
const upload = operation(
  "upload",
  record(field("files", nullable(bytes), optional), field("notes", nullable(text), optional)),
  {
    rest: binding("POST", "/files", {
      body: {
        field: undefined,
        required: true,
        contents: [{ mediaType: "multipart/form-data", format: "multipart" }],
      },
    }),
  },
);
const upstream = createRestUpstream(contractOf([search, upload]));

function encoded(one: typeof search, input: Record<string, Value>): string {
  const request = upstream.encode({ operation: one, input, headers: {} });
  if (request.kind === "fault") return `${request.code} ${request.place}: ${request.message}`;
  return `${request.method} ${request.target}`;
}

test("null among the items of a list is no empty text", () => {
  for (const name of ["each", "joined"]) {
    assert.match(
      encoded(search, { [name]: ["a", null] }),
      new RegExp(`^not-representable /${name}: .*null cannot stand among its items`),
    );
  }
  for (const name of ["files", "notes"]) {
    assert.match(encoded(upload, { [name]: [null] }), /null cannot stand among its items/);
  }
});

test("a list of one empty text is no empty list", () => {
  assert.match(encoded(search, { joined: [""] }), /^not-representable \/joined: .*one empty text/);
  assert.equal(encoded(search, { joined: ["", ""] }), "GET /search?joined=,");
  assert.equal(encoded(search, { joined: [] }), "GET /search?joined=");
  assert.equal(encoded(search, { each: [""] }), "GET /search?each=");
});
