/** A gRPC service at REST addresses whose paths and queries reach into its messages. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { status } from "@grpc/grpc-js";
import { Validator } from "@seriousme/openapi-schema-validator";
import { serveProto } from "#tests/e2e/grpc/http-stand.ts";

const proto = `syntax = "proto3";
package library.v1;
import "google/api/annotations.proto";
import "google/protobuf/field_mask.proto";
service Library {
  rpc GetBook(GetBookRequest) returns (Book) {
    option (google.api.http) = { get: "/v1/{name=shelves/*/books/*}" };
  }
  rpc GetLatest(GetBookRequest) returns (Book) {
    option (google.api.http) = { get: "/v1/shelves/latest/{name=books/*}" };
  }
  rpc ListBooks(ListBooksRequest) returns (Book) {
    option (google.api.http) = { get: "/v1/{parent=shelves/*}/books" };
  }
  rpc UpdateBook(UpdateBookRequest) returns (Book) {
    option (google.api.http) = { patch: "/v1/{book.name=shelves/*/books/*}" body: "book" };
  }
  rpc ReplaceBook(UpdateBookRequest) returns (Book) {
    option (google.api.http) = { put: "/v1/{book.name=shelves/*/books/*}" body: "*" };
  }
  rpc ArchiveBook(UpdateBookRequest) returns (Book) {
    option (google.api.http) = { post: "/v1/{book.name=shelves/*}:archive" };
  }
  rpc MoveBook(UpdateBookRequest) returns (Book) {
    option (google.api.http) = { post: "/v1/{book.name=shelves/*}:move" body: "*" };
  }
  rpc Lend(LendRequest) returns (Book) {
    option (google.api.http) = { post: "/v1/{name=shelves/*}:lend" body: "person" };
  }
  rpc Load(stream Book) returns (Book) {
    option (google.api.http) = { post: "/v1/{name=shelves/*}:load" body: "*" };
  }
  rpc ReadFile(FileRequest) returns (Book) {
    option (google.api.http) = {
      get: "/v1/{path=files/**}"
      additional_bindings { get: "/raw/{path=**}" }
    };
  }
}
message GetBookRequest { string name = 1; }
message ListBooksRequest {
  message Filter { string author = 1; repeated string tags = 2; oneof year { int32 since = 3; int32 until = 4; } }
  string parent = 1; Filter filter = 2; int32 page_size = 3;
}
message UpdateBookRequest { Book book = 1; google.protobuf.FieldMask update_mask = 2; bool dry_run = 3; }
message LendRequest { string name = 1; oneof reader { Person person = 2; string desk = 3; } }
message Person { string full_name = 1; }
message FileRequest { string path = 1; }
message Book { string name = 1; string title = 2; int64 pages = 3; }
`;

const everything = `  all: { key: key-of-all-0123456789, may: ["library.*"] }
  mover: { key: key-of-mover-0123456789, may: ["library.MoveBook"] }
`;

async function start(context: TestContext) {
  return serveProto(context, {
    name: "library",
    proto,
    service: ["library", "v1", "Library"],
    callers: everything,
    answer: (method, request) => {
      const { name, book } = request as { name?: string; book?: object };
      if (name === "shelves/1/books/none") {
        return { code: status.NOT_FOUND, details: "no such book" };
      }
      return { title: method, ...(name === undefined ? {} : { name }), ...book };
    },
  });
}

test("a variable of several segments is one value", async (context) => {
  const { heard, ask } = await start(context);
  const found = await ask("GET", "/v1/shelves/a%20b/books/c%2Bd");
  assert.equal(found.status, 200, JSON.stringify(found.body));
  assert.deepEqual(heard, [["GetBook", { name: "shelves/a b/books/c+d" }]]);
  assert.deepEqual(found.body, { name: "shelves/a b/books/c+d", title: "GetBook", pages: "0" });
});

test("literal segments beat variables, and longer paths are not taken", async (context) => {
  const { heard, ask } = await start(context);
  await ask("GET", "/v1/shelves/latest/books/7");
  assert.deepEqual(heard, [["GetLatest", { name: "books/7" }]]);
  assert.equal((await ask("GET", "/v1/shelves/1/books/2/pages")).status, 404);
  assert.equal((await ask("GET", "/v1/desks/1/books/2")).status, 404);
});

test("members of messages stand in the query by dotted names, in both spellings", async (context) => {
  const { heard, ask } = await start(context);
  const query = "filter.author=x&filter.tags=a&filter.tags=b&page_size=3&filter.since=1999";
  const found = await ask("GET", `/v1/shelves/1/books?${query}`);
  assert.equal(found.status, 200, JSON.stringify(found.body));
  const filter = { author: "x", tags: ["a", "b"], since: 1999, year: "since" };
  assert.deepEqual(heard, [["ListBooks", { parent: "shelves/1", filter, page_size: 3 }]]);
  assert.equal((await ask("GET", "/v1/shelves/1/books?pageSize=4")).status, 200);
  assert.equal(heard[1]?.[1]["page_size"], 4);
});

test("a member of the body's message may stand in the path, and the path has the last word", async (context) => {
  const { heard, ask } = await start(context);
  const patch = "/v1/shelves/1/books/2?update_mask=title,pages&dryRun=true";
  const patched = await ask("PATCH", patch, { name: "other", title: "T" });
  assert.equal(patched.status, 200, JSON.stringify(patched.body));
  const book = { name: "shelves/1/books/2", title: "T" };
  const whole = { update_mask: { paths: ["title", "pages"] }, dry_run: true };
  assert.deepEqual(heard[0], ["UpdateBook", { book, ...whole }]);
  const replaced = await ask("PUT", "/v1/shelves/1/books/2", {
    book: { title: "T" },
    dryRun: true,
  });
  assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
  assert.deepEqual(heard[1]?.[1], { book, dry_run: true });
});

test("verbs tell operations apart, for who may call one of them alone as well", async (context) => {
  const { heard, ask } = await start(context);
  const archived = await ask("POST", "/v1/shelves/1:archive?book.title=T");
  assert.equal(archived.status, 200, JSON.stringify(archived.body));
  assert.deepEqual(heard[0], ["ArchiveBook", { book: { name: "shelves/1", title: "T" } }]);
  const moved = await ask("POST", "/v1/shelves/1:move", {}, "mover");
  assert.equal(moved.status, 200, JSON.stringify(moved.body));
  assert.deepEqual(heard[1]?.[0], "MoveBook");
  assert.equal((await ask("POST", "/v1/shelves/1:archive", undefined, "mover")).status, 403);
  assert.equal((await ask("POST", "/v1/shelves/1:burn", {})).status, 404);
});

test("a body may be one of a choice, and then no other one is taken", async (context) => {
  const { heard, ask } = await start(context);
  const lent = await ask("POST", "/v1/shelves/1:lend", { fullName: "Ada" });
  assert.equal(lent.status, 200, JSON.stringify(lent.body));
  const person = { full_name: "Ada" };
  assert.deepEqual(heard[0]?.[1], { name: "shelves/1", person, reader: "person" });
  const both = await ask("POST", "/v1/shelves/1:lend?desk=d", { fullName: "Ada" });
  assert.equal(both.status, 400);
  assert.match(JSON.stringify(both.body), /`person` is given, and only one of them may be/);
});

test("what the path says holds for each of several inputs", async (context) => {
  const { heard, ask } = await start(context);
  const loaded = await ask("POST", "/v1/shelves/1:load", '{"title":"a"}\n{"title":"b"}\n');
  assert.equal(loaded.status, 200, JSON.stringify(loaded.body));
  const inputs = ["a", "b"].map((title) => ({ name: "shelves/1", title }));
  assert.deepEqual(heard, [["Load", { inputs }]]);
});

test("`**` is all that remains, with its slashes", async (context) => {
  const { heard, ask } = await start(context);
  for (const path of ["/v1/files/a/b%20c/d", "/v1/files", "/raw/x/y", "/raw/x"]) {
    assert.equal((await ask("GET", path)).status, 200, path);
  }
  const paths = heard.map(([, { path }]) => path);
  assert.deepEqual(paths, ["files/a/b c/d", "files", "x/y", "x"]);
});

test("no path leads out of its pattern", async (context) => {
  const { heard, ask } = await start(context);
  for (const path of ["/v1/files/%2e%2e/x", "/v1/files/a%2Fb", "/v1/files/a%5Cb", "/v1/files//x"]) {
    const { status: code } = await ask("GET", path);
    assert.ok(code === 400 || code === 404, `${path}: ${code}`);
  }
  assert.deepEqual(heard, []);
});

test("the description is OpenAPI, with one path for what differs in names alone", async (context) => {
  const { ask } = await start(context);
  const { body } = await ask("GET", "/openapi.json");
  const validation = await new Validator().validate(body as Record<string, unknown>);
  assert.deepEqual([validation.valid, validation.errors], [true, undefined]);
  const { paths } = body as { paths: Record<string, Record<string, { operationId: string }>> };
  const told = Object.entries(paths).map(([path, methods]) => [
    path,
    ...Object.entries(methods).map(([method, { operationId }]) => `${method} ${operationId}`),
  ]);
  assert.deepEqual(told, [
    ["/v1/shelves/{name.1}/books/{name.2}", "get GetBook", "patch UpdateBook", "put ReplaceBook"],
    ["/v1/shelves/latest/books/{name}", "get GetLatest"],
    ["/v1/shelves/{parent}/books", "get ListBooks"],
    ["/v1/shelves/{book.name}:archive", "post ArchiveBook"],
    ["/v1/shelves/{book.name}:move", "post MoveBook"],
    ["/v1/shelves/{name}:lend", "post Lend"],
    ["/v1/shelves/{name}:load", "post Load"],
    ["/v1/files/{path}", "get ReadFile"],
    ["/raw/{path}", "get ReadFile_2"],
  ]);
});

test("what is wrong is told in the caller's dialect, with its place", async (context) => {
  const { ask } = await start(context);
  const none = await ask("GET", "/v1/shelves/1/books/none");
  assert.equal(none.status, 404);
  assert.equal((none.body as { detail: string }).detail, "no such book");
  const wrong = await ask("GET", "/v1/shelves/1/books?filter.since=soon");
  assert.equal(wrong.status, 400);
  assert.match(JSON.stringify(wrong.body), /`filter\.since`.*found `soon`/);
  const both = await ask("GET", "/v1/shelves/1/books?filter.since=1&filter.until=2");
  assert.equal(both.status, 400);
  assert.match(JSON.stringify(both.body), /`since` is given, and only one of them may be/);
  const unknown = await ask("GET", "/v1/shelves/1/books?filter.nope=1");
  assert.equal(unknown.status, 400);
  assert.match(JSON.stringify(unknown.body), /no query parameter `filter\.nope`/);
});
