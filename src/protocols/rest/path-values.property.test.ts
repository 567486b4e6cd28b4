/** Laws of values in paths: what is written is read again, and never leads elsewhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRestFace } from "./face.ts";
import { binding, callOf, contractOf, field, operation, record, send, text } from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const patterns = ["shelves/*", "*/books/*", "files/**", "**"];
const optional = { presence: "optional" } as const;
const operations = patterns.map((pattern, index) =>
  operation(`Get${index}`, record(field("name", text, optional)), {
    rest: binding("GET", `/v${index}/{name=${pattern}}`, {
      parameters: [{ field: "name", name: "name", in: "path", style: "simple", explode: false }],
    }),
  }),
);
const face = createRestFace(contractOf(operations));
const upstream = createRestUpstream(contractOf(operations));

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("..", ".", "", "%2F", "%2e%2e", "a/b", "\\", ":x", "?", "#", "shelves", "files"),
);
const value = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const which = fc.integer({ min: 0, max: patterns.length - 1 });

test("what is sent arrives as it was, within its pattern, or is refused", () => {
  let sentCount = 0;
  fc.assert(
    fc.property(which, value, fc.constantFrom("shelves/", "files/", ""), (index, tail, begun) => {
      const name = begun + tail;
      const one = operations[index];
      assert.ok(one);
      const sent = upstream.encode({ operation: one, input: { name }, headers: {} });
      if (sent.kind === "fault") {
        assert.equal(sent.code, "not-representable");
        return;
      }
      sentCount++;
      const { target } = sent;
      assert.equal(new URL(target, "http://h").pathname, target, "it is no other path to others");
      assert.ok(target.startsWith(`/v${index}/`));
      const { operation: meant, input } = callOf(send(face, { target }));
      assert.equal(meant.id, one.id);
      assert.equal(input["name"], name.toWellFormed());
    }),
    { numRuns: 2_000 },
  );
  assert.ok(sentCount > 100, `${sentCount} were sent`);
});

test("any path is read as one value, or refused with a reason", () => {
  const path = fc.oneof(value, value.map(encodeURI)).map((tail) => `/v${tail.length % 4}/${tail}`);
  fc.assert(
    fc.property(path, (target) => {
      const decoded = send(face, { target: target.replaceAll("?", "%3F") });
      if (decoded.kind === "fault") {
        assert.match(decoded.fault.code, /^(?:no-operation|invalid-parameter|method-not-offered)$/);
        return;
      }
      const segments = (callOf(decoded).input["name"] as string).split("/");
      assert.ok(segments.every((segment) => segment !== "." && segment !== ".."));
    }),
    { numRuns: 2_000 },
  );
});
