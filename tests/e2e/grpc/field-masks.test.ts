/** Field masks of a gRPC service, as callers of each dialect write and read them: as one text. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import protobuf from "protobufjs";
import { statelessRequest } from "#tests/e2e/mcp/shop.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { serveProto } from "./http-stand.ts";
import { describedProto } from "./stand.ts";

const proto = `syntax = "proto3";
package users.v1;
import "google/api/annotations.proto";
import "google/protobuf/field_mask.proto";
service Users {
  rpc Update(UpdateRequest) returns (Updated) {
    option (google.api.http) = {
      patch: "/v1/users/{id}"
      additional_bindings { put: "/v1/users/{id}" body: "*" }
    };
  }
}
message UpdateRequest { string id = 1; google.protobuf.FieldMask update_mask = 2; }
message Updated {
  google.protobuf.FieldMask done = 1;
  repeated google.protobuf.FieldMask each = 2;
}
`;

const text = "user.displayName,photo,photo.*";
const paths = ["user.display_name", "photo", "photo.*"];

async function start(context: TestContext) {
  const stand = await serveProto(context, {
    name: "users",
    proto,
    service: ["users", "v1", "Users"],
    callers: '  all: { key: key-of-all-0123456789, may: ["users.*"] }\n',
    answer: (_, request) => {
      const { update_mask: mask, id } = request as { update_mask?: object; id: string };
      if (id === "odd") return { done: { paths: ["fine", "user.display__name"] } };
      return { ...(mask === undefined ? {} : { done: mask }), each: [{ paths: ["a_b"] }, {}] };
    },
  });
  const send = async (path: string, body: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(stand.url + path, {
      method: "POST",
      headers: { "x-api-key": "key-of-all-0123456789", ...headers },
      body,
    });
    return response.text();
  };
  const json = { "content-type": "application/json" };
  /** With this mask, in the dialect that it is called by. */
  const ask: Readonly<Record<string, (mask: string, id?: string) => Promise<string>>> = {
    "REST, body": async (mask, id = "7") =>
      JSON.stringify((await stand.ask("PUT", `/v1/users/${id}`, { updateMask: mask })).body),
    "REST, query": async (mask, id = "7") => {
      const query = `updateMask=${encodeURIComponent(mask)}`;
      return JSON.stringify((await stand.ask("PATCH", `/v1/users/${id}?${query}`)).body);
    },
    "JSON-RPC": (mask, id = "7") => {
      const params = { id, updateMask: mask };
      return send(
        "/rpc/users",
        JSON.stringify({ jsonrpc: "2.0", id: 1, method: "Update", params }),
        json,
      );
    },
    GraphQL: (mask, id = "7") => {
      const query = `mutation ($m: String) { Update(id: "${id}", updateMask: $m) { done each } }`;
      return send("/graphql/users", JSON.stringify({ query, variables: { m: mask } }), json);
    },
    MCP: (mask, id = "7") => {
      const call = { name: "users.Update", arguments: { id, updateMask: mask } };
      const { headers, body } = statelessRequest("tools/call", call);
      return send("/mcp", body, headers);
    },
    SOAP: (mask, id = "7") => {
      const body = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
        <Update xmlns="urn:proto:users.v1"><id>${id}</id><update_mask>${mask}</update_mask></Update>
        </e:Body></e:Envelope>`;
      return send("/soap/users", body, { "content-type": "text/xml", soapaction: '""' });
    },
  };
  return { heard: stand.heard, askRest: stand.ask, ask: Object.entries(ask) };
}

test("a mask goes to the service as paths in the names of its file, and comes back as text", async (context) => {
  const { ask, heard } = await start(context);
  for (const [dialect, askWith] of ask) {
    const told = await askWith(text);
    assert.deepEqual(heard.at(-1)?.[1]["update_mask"], { paths }, `${dialect}: ${told}`);
    assert.ok(told.includes(text), `${dialect}: ${told}`);
    assert.match(told, /\baB\b/, dialect);
    const empty = await askWith("");
    assert.deepEqual(heard.at(-1)?.[1]["update_mask"] ?? {}, {}, `${dialect}: ${empty}`);
  }
  assert.equal(heard.length, ask.length * 2);
});

test("a path that is none of JSON is refused, with the field and the path", async (context) => {
  const { ask, heard } = await start(context);
  for (const [dialect, askWith] of ask) {
    for (const wrong of ["photo,user.display_name", "photo,,id", "a b"]) {
      const told = await askWith(wrong);
      assert.match(told, /update_?mask/i, `${dialect}: ${told}`);
      assert.ok(told.includes(wrong), `${dialect}: ${told}`);
    }
  }
  assert.deepEqual(heard, []);
});

test("a path that cannot be told in JSON is the service's fault, with the field and the path", async (context) => {
  const { ask } = await start(context);
  for (const [dialect, askWith] of ask) {
    const told = await askWith("", "odd");
    assert.match(told, /user\.display__name/, dialect);
    assert.match(told, /\bdone\b/, dialect);
    assert.match(told, /"service"|>service<|answer-invalid/, dialect);
  }
});

test("descriptions have masks as what they are: a text in OpenAPI, the type of google in a .proto", async (context) => {
  const { askRest } = await start(context);
  const { components } = (await askRest("GET", "/openapi.json")).body as {
    readonly components: { readonly schemas: Readonly<Record<string, object>> };
  };
  const mask = components.schemas["google.protobuf.FieldMask"];
  assert.ok(mask, Object.keys(components.schemas).join());
  const { type, format } = mask as { readonly type: string; readonly format: string };
  assert.deepEqual({ type, format }, { type: "string", format: "google-fieldmask" });
  const described = describedProto("users", "users.proto", proto);
  assert.match(described, /^import "google\/protobuf\/field_mask.proto";$/m);
  assert.match(described, /^ {2}\.google\.protobuf\.FieldMask update_mask = 2;$/m);
  assert.equal(describedProto("users", "users.proto", described), described);
});

test("a service of REST is asked with the text, and answers with it", async (context) => {
  const service = await startStandIn(context, ({ url }) => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ done: url.includes("odd") ? "a_b" : "aB,c" }),
  }));
  const gateway = await startTranslating(context, {
    text: `services:
  users: { contract: users.proto, speaks: rest, instances: ["${service.url}"] }
`,
    files: { "users.proto": proto },
  });
  // Connect has the messages of gRPC, here as they are in binary.
  const { root } = protobuf.parse(
    `syntax = "proto3"; message Mask { repeated string paths = 1; }
     message UpdateRequest { string id = 1; Mask update_mask = 2; } message Updated { Mask done = 1; }`,
    { keepCase: true },
  );
  const [Request, Updated] = [root.lookupType("UpdateRequest"), root.lookupType("Updated")];
  const call = (request: object): Promise<Response> =>
    fetch(`${gateway.url}/users.v1.Users/Update`, {
      method: "POST",
      headers: { "content-type": "application/proto" },
      body: Buffer.from(Request.encode(request).finish()),
    });
  const update_mask = { paths: ["display_name", "photo"] };
  const bytes = await (await call({ id: "7", update_mask })).bytes();
  assert.deepEqual(Updated.toObject(Updated.decode(bytes)), { done: { paths: ["a_b", "c"] } });
  assert.deepEqual(
    service.requests.map(({ method, url }) => `${method} ${decodeURIComponent(url)}`),
    ["PATCH /v1/users/7?updateMask=displayName,photo"],
  );
  const odd = await call({ id: "7", update_mask: { paths: ["photo", "a_1"] } });
  const { message, details } = (await odd.json()) as {
    readonly message: string;
    readonly details: readonly [{ readonly value: string }];
  };
  assert.match(message, /the path `a_1`: expected a path of a field mask/);
  assert.match(Buffer.from(details[0].value, "base64").toString(), /\/update_mask/);
  assert.equal(service.requests.length, 1);
  assert.match(await (await call({ id: "odd" })).text(), /a_b/);
});
