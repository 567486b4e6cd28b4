/** No N+1: calls of one query for many keys, and what the service is asked for then. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import type { GraphqlAnswer } from "./shop.ts";

const json = { "content-type": "application/json" };

const openApi = (keys: string, more = ""): string => `openapi: 3.1.0
info: { title: Library, version: 1.0.0 }
paths:
  /books:
    get:
      operationId: listBooks
      parameters:
        - { name: ${keys}, in: query, required: true, explode: false,
            schema: { type: array, maxItems: 20, items: { type: string } } }
        - { name: limit, in: query, schema: { type: integer, format: int32 } }
      responses:
        "200":
          description: Those that there are.
          content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Book" } } } }
  /books/{id}:
    get:
      operationId: getBook
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: edition, in: query, schema: { type: integer, format: int32 } }
      responses:
        "200":
          description: The book.
          content: { application/json: { schema: { $ref: "#/components/schemas/Book" } } }
        "404":
          description: There is none.
          content: { application/json: { schema: { $ref: "#/components/schemas/None" } } }
${more}
components:
  schemas:
    Book:
      type: object
      required: [id, title]
      properties: { id: { type: string }, title: { type: string } }
    None:
      type: object
      required: [reason]
      properties: { reason: { type: string } }
`;

interface Library {
  readonly asked: readonly string[];
  readonly ask: (query: string) => Promise<GraphqlAnswer>;
}

interface Options {
  readonly keys?: string;
  readonly more?: string;
  readonly settings?: string;
  /** Status of the list operation. */
  readonly status?: number;
}

const key = "key-of-the-reader-01";

async function startLibrary(scope: TestContext, options: Options = {}): Promise<Library> {
  const { keys = "ids", more, settings = "callers: open", status = 200 } = options;
  const asked: string[] = [];
  const book = (id: string): object => ({ id, title: `Book ${id}` });
  const service = await startStandIn(scope, ({ url }) => {
    asked.push(url);
    const listed = /^\/books\?\w+=(.*)$/.exec(decodeURIComponent(url))?.[1]?.split(",");
    if (listed !== undefined && status !== 200) {
      return { status, headers: json, body: '{"reason":"not now"}' };
    }
    if (listed === undefined) {
      const id = url.split(/[/?]/)[2] ?? "";
      if (id === "404") return { status: 404, headers: json, body: '{"reason":"no such book"}' };
      return { headers: json, body: JSON.stringify(book(id)) };
    }
    // In another order, without those that are not there, and one of them twice.
    const found = listed.filter((id) => id !== "404").toReversed();
    const all = found.flatMap((id) => (id === "twice" ? [book(id), book(id)] : [book(id)]));
    return { headers: json, body: JSON.stringify(all) };
  });
  const gateway = await startTranslating(scope, {
    text: `services:\n  library: { contract: library.yaml, instances: ["${service.url}"] }\n${settings}\n`,
    files: { "library.yaml": openApi(keys, more) },
  });
  return {
    asked,
    async ask(query) {
      const answer = await fetch(`${gateway.url}/graphql/library`, {
        method: "POST",
        headers: { ...json, "x-api-key": key },
        body: JSON.stringify({ query }),
      });
      return (await answer.json()) as GraphqlAnswer;
    },
  };
}

function booksOf(ids: readonly string[]): string {
  return `{ ${ids.map((id, at) => `b${at}: getBook(id: "${id}") { id title }`).join(" ")} }`;
}

function titles({ data }: GraphqlAnswer): readonly unknown[] {
  return Object.values(data ?? {}).map((one) => (one as { title?: string } | null)?.title ?? null);
}

test("many books of one query are one call of the list operation", async (context) => {
  const { ask, asked } = await startLibrary(context);
  const ids = Array.from({ length: 12 }, (_, at) => `${at}`);
  const answer = await ask(booksOf([...ids, "3"]));
  assert.deepEqual(
    titles(answer),
    [...ids, "3"].map((id) => `Book ${id}`),
  );
  assert.deepEqual(asked.map(decodeURIComponent), [`/books?ids=${ids.join(",")}`]);
});

test("as many calls are made as the list operation's longest list demands", async (context) => {
  const { ask, asked } = await startLibrary(context);
  const ids = Array.from({ length: 45 }, (_, at) => `${at}`);
  assert.equal(titles(await ask(booksOf(ids))).filter((one) => one === null).length, 0);
  assert.equal(asked.length, 3);
});

test("one book alone is asked for as before", async (context) => {
  const { ask, asked } = await startLibrary(context);
  await ask('{ a: getBook(id: "1") { id } b: getBook(id: "1") { title } }');
  assert.deepEqual(asked, ["/books/1"]);
});

test("what the list has not, or has twice, is asked for by itself and has its own fault", async (context) => {
  const { ask, asked } = await startLibrary(context);
  const answer = await ask(booksOf(["1", "404", "twice", "2"]));
  assert.deepEqual(titles(answer), ["Book 1", null, "Book twice", "Book 2"]);
  const [error] = answer.errors ?? [];
  assert.deepEqual(error?.path, ["b1"]);
  assert.deepEqual(error?.extensions["detail"], { reason: "no such book" });
  assert.deepEqual(asked.slice(1).toSorted(), ["/books/404", "/books/twice"]);
});

test("calls that say more than a key are made by themselves", async (context) => {
  const { ask, asked } = await startLibrary(context);
  await ask('{ a: getBook(id: "1", edition: 2) { id } b: getBook(id: "2") { id } }');
  assert.deepEqual(asked.toSorted(), ["/books/1?edition=2", "/books/2"]);
});

test("a list operation that refuses the list is no hindrance", async (context) => {
  const { ask, asked } = await startLibrary(context, { status: 400 });
  assert.deepEqual(titles(await ask(booksOf(["1", "2"]))), ["Book 1", "Book 2"]);
  assert.equal(asked.length, 3);
});

test("a service that is in trouble is not asked once more for each key", async (context) => {
  const { ask, asked } = await startLibrary(context, { status: 503 });
  const answer = await ask(booksOf(["1", "2", "3"]));
  assert.deepEqual(titles(answer), [null, null, null]);
  assert.deepEqual(
    answer.errors?.map(({ extensions }) => extensions["kind"]),
    ["unavailable", "unavailable", "unavailable"],
  );
  assert.equal(asked.length, 1);
});

const single = ["/books/1", "/books/2"];

test("who may not call the list operation has its calls made one by one", async (context) => {
  const settings = `callers:\n  reader: { key: ${key}, may: ["library.getBook"] }`;
  const { ask, asked } = await startLibrary(context, { settings });
  assert.deepEqual(titles(await ask(booksOf(["1", "2"]))), ["Book 1", "Book 2"]);
  assert.deepEqual(asked.toSorted(), single);
});

test("an operator may have every call made by itself", async (context) => {
  const settings = "callers: open\ngraphql: { keyLists: false }";
  const { ask, asked } = await startLibrary(context, { settings });
  await ask(booksOf(["1", "2"]));
  assert.deepEqual(asked.toSorted(), single);
});

test("a list that is not named for the keys is no list of keys", async (context) => {
  const { ask, asked } = await startLibrary(context, { keys: "tags" });
  await ask(booksOf(["1", "2"]));
  assert.deepEqual(asked.toSorted(), single);
});

test("where two list operations would do, none is taken for the other", async (context) => {
  const more = `  /books/again:
    get:
      operationId: listAgain
      parameters:
        - { name: bookIds, in: query, schema: { type: array, items: { type: string } } }
      responses:
        "200":
          description: Those that there are.
          content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Book" } } } }`;
  const { ask, asked } = await startLibrary(context, { more });
  await ask(booksOf(["1", "2"]));
  assert.deepEqual(asked.toSorted(), single);
});
