/** Nothing sensitive is ever kept, however a message is written, cut or broken. */
import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { test } from "node:test";
import fc from "fast-check";
import { maskBody } from "./mask-body.ts";
import { bytesMax, form, names, secret } from "./masking-fixture.ts";
import { createSensitiveNames } from "./sensitive-names.ts";

const sensitiveNames = ["cardNumber", "CARDNUMBER", "card-number", "card_number", "pin", "Pin"];

/** Values without the secret, and objects in which it stands under sensitive names alone. */
const { document } = fc.letrec<{ document: unknown; secretValue: unknown }>((tie) => ({
  secretValue: fc.oneof(
    { depthSize: "small" },
    fc.constant(secret),
    fc.array(tie("secretValue"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "pin", 'x"\\'), tie("secretValue"), { maxKeys: 3 }),
  ),
  document: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie("document"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("document"), { maxKeys: 4 }),
    fc
      .tuple(fc.constantFrom(...sensitiveNames), tie("secretValue"), tie("document"))
      .map(([name, value, other]) => ({ before: other, [name]: value, behind: other })),
  ),
}));

/** The same as text, with spaces and escapes as a hostile sender would put them. */
const written = fc
  .tuple(document, fc.boolean(), fc.integer({ min: 0, max: 3 }))
  .map(([value, isEscaped, indent]) => {
    const text = JSON.stringify(value, undefined, indent);
    return isEscaped ? text.replaceAll('"pin"', '"p\\u0069n"') : text;
  });

function maskedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, names.has(name) ? "***" : maskedValue(one)]),
  );
}

test("masked JSON is the same document with *** in the place of sensitive values", () => {
  fc.assert(
    fc.property(written, (text) => {
      const masked = maskBody(Buffer.from(text), form("application/json"), names, bytesMax);
      assert.ok(masked !== undefined, text);
      const expected = maskedValue(JSON.parse(text));
      assert.deepEqual(JSON.parse(masked.bytes.toString()), JSON.parse(JSON.stringify(expected)));
      assert.ok(!masked.bytes.includes(secret));
    }),
  );
});

test("no beginning of a message shows a secret, whatever is cut off", () => {
  fc.assert(
    fc.property(written, fc.nat(), (text, at) => {
      const whole = Buffer.from(text);
      const cut = whole.subarray(0, at % (whole.length + 1));
      const type = form("application/json", { isCut: true });
      const masked = maskBody(cut, type, names, bytesMax);
      assert.ok(masked !== undefined, "a beginning of JSON can be masked");
      // A secret that is cut itself would be found by its beginning.
      assert.ok(!masked.bytes.includes(secret.slice(0, 4)));
    }),
  );
});

test("what is no JSON is not kept, or nothing in it could be taken for a secret", () => {
  const broken = fc.tuple(written, fc.nat(), fc.constantFrom("", "'", "{", "]", ",", "//", "\\"));
  fc.assert(
    fc.property(broken, ([text, at, put]) => {
      const place = at % (text.length + 1);
      const message = text.slice(0, place) + put + text.slice(place + 1);
      const masked = maskBody(Buffer.from(message), form("application/json"), names, bytesMax);
      let isJson = true;
      try {
        JSON.parse(message);
      } catch {
        isJson = false;
      }
      if (isJson) assert.ok(masked !== undefined, message);
    }),
  );
});

test("any bytes at all, as any type, give masked bytes or nothing", () => {
  const types = ["application/json", "text/xml", "application/x-www-form-urlencoded", "image/png"];
  const bytes = fc.oneof(fc.uint8Array(), fc.string({ unit: "binary" }).map(Buffer.from));
  fc.assert(
    fc.property(bytes, fc.constantFrom(...types), fc.boolean(), (given, type, isCut) => {
      const masked = maskBody(Buffer.from(given), form(type, { isCut }), names, bytesMax);
      assert.ok(masked === undefined || masked.bytes.length < given.length * 6 + 10);
    }),
  );
});

test("values of JSON Patch are masked whatever they are for", () => {
  const text = `[{"op":"add","value":"${secret}","path":"/pin"},{"op":"remove","path":"/a"}]`;
  const type = form("application/json-patch+json");
  const masked = maskBody(Buffer.from(text), type, names, bytesMax)?.bytes.toString();
  assert.equal(masked, text.replace(secret, "***"));
});

test("a text in JSON that holds names itself is masked where one is sensitive", () => {
  const type = form("application/json");
  const sensitive = [
    `mutation { pay(a: 1, pin: "${secret}") }`,
    `query($pin: String = "${secret}") { a }`,
    JSON.stringify({ pin: secret }),
    JSON.stringify({ a: JSON.stringify([{ pin: secret }]) }),
    `<a><pin>${secret}</pin></a>`,
    `&lt;a pin='${secret}'/&gt;`,
    JSON.stringify({ a: `<pin>${secret}</pin>` }),
  ];
  const other = [
    "<a>pin</a>",
    "query($p: String) { pay(id: $p) { pin } }",
    "your pin {0}",
    '{"a":"pin"}',
    "pin",
  ];
  const text = JSON.stringify({ query: [...sensitive, ...other], variables: { pin: secret } });
  const masked = maskBody(Buffer.from(text), type, names, bytesMax)?.bytes.toString() ?? "";
  const query = [...sensitive.map(() => "***"), ...other];
  assert.deepEqual(JSON.parse(masked), { query, variables: { pin: "***" } });
  for (let length = 0; length < text.length; length++) {
    const cut = Buffer.from(text.slice(0, length));
    const kept = maskBody(cut, { ...type, isCut: true }, names, bytesMax);
    assert.ok(kept !== undefined && !kept.bytes.includes(secret.slice(0, 4)), String(kept?.bytes));
  }
});

test("texts in texts are masked without a look beyond eight of them", () => {
  const type = form("application/json");
  const within = (depth: number, value: unknown): string => {
    let text = JSON.stringify(value);
    for (let level = 0; level < depth; level++) text = JSON.stringify({ a: text });
    return text;
  };
  const masked = (text: string) => maskBody(Buffer.from(text), type, names, bytesMax);
  assert.equal(masked(within(8, { b: 1 }))?.bytes.toString(), within(8, { b: 1 }));
  assert.deepEqual(masked(within(8, { pin: 1 }))?.fields, ["pin"]);
  const deeper = masked(within(9, { b: 1 }));
  assert.deepEqual([deeper?.bytes.toString(), deeper?.fields], ['{"a":"***"}', []]);
});

test("compressed messages are masked within; what cannot be unpacked is not kept", () => {
  const text = `{"pin":"${secret}","a":1}`;
  const packed = { gzip: gzipSync(text), zstd: zstdCompressSync(text) };
  for (const [contentEncoding, bytes] of Object.entries(packed)) {
    const type = form("application/problem+json", { contentEncoding });
    assert.equal(maskBody(bytes, type, names, bytesMax)?.bytes.toString(), '{"pin":"***","a":1}');
    assert.equal(maskBody(bytes, { ...type, isCut: true }, names, bytesMax), undefined);
    assert.equal(maskBody(bytes.subarray(1), type, names, bytesMax), undefined);
  }
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
  const type = form("application/json", { contentEncoding: "gzip" });
  assert.equal(maskBody(bomb, type, names, bytesMax), undefined);
  const unknown = form("application/json", { contentEncoding: "gzip, br" });
  assert.equal(maskBody(Buffer.from(text), unknown, names, bytesMax), undefined);
});

test("forms are masked by name, also where it is encoded or within another", () => {
  const text = "a=1&pin=2&p%69n=3&card[card-number]=4&x.pin=5&pin&=6;PIN=7&card%5Bpin%5D=8";
  const type = form("application/x-www-form-urlencoded");
  const masked = maskBody(Buffer.from(text), type, names, bytesMax);
  assert.equal(
    masked?.bytes.toString(),
    "a=1&pin=***&p%69n=***&card[card-number]=***&x.pin=***&pin&=6;PIN=***&card%5Bpin%5D=***",
  );
});

test("a value in a form that holds names itself is masked where one is sensitive", () => {
  const type = form("application/x-www-form-urlencoded");
  const sensitive = [
    "<pin>1</pin>",
    "&lt;a pin=1",
    '{"pin":1}',
    '[{"a":{"p\\u0069n":1}}]',
    '{pay(pin:"1")}',
    "query{a(pin:1)}",
  ];
  const other = ['{"a":"pin"}', "{card{pin}}", "pin", '["pin"]'];
  const told = (values: readonly string[]) => values.map((one) => `v=${encodeURIComponent(one)}`);
  const text = [...told(sensitive), ...told(other), "v=+%7B%22pin%22:1"].join("&");
  const masked = maskBody(Buffer.from(text), type, names, bytesMax)?.bytes.toString();
  const expected = [...sensitive.map(() => "v=***"), ...told(other), "v=***"].join("&");
  assert.equal(masked, expected);
});

test("a name in a form is read octet by octet, as lenient readers do", () => {
  const type = form("application/x-www-form-urlencoded");
  const letters = createSensitiveNames(["pin", "größe"]);
  const text = `größe=1&gr%c3%b6%C3%9Fe=2&p%69n[%ff]=3&a%=4&+pin=5&pin%00x=6&pinned=7`;
  const masked = maskBody(Buffer.from(text), type, letters, bytesMax);
  assert.equal(masked?.bytes.toString(), text.replaceAll(/=[12356]/g, "=***"));
});

test("what is no form is not kept as one", () => {
  const type = form("application/x-www-form-urlencoded");
  const json = `{"pin":"${secret}"}`;
  for (const text of [json, `[${json}]`, `<pin>${secret}</pin>`, `data=${json}`, `a=1\npin=2`]) {
    assert.equal(maskBody(Buffer.from(text), type, names, bytesMax), undefined, text);
  }
  const lines = maskBody(Buffer.from("a=b c&pin=2\r\n"), type, names, bytesMax);
  assert.equal(lines?.bytes.toString(), "a=b c&pin=***");
});

test("charsets in which ASCII is itself are read, with names in their letters", () => {
  const letters = createSensitiveNames(["pin", "größe"]);
  const latin = (text: string, type: string): string | undefined =>
    maskBody(Buffer.from(text, "latin1"), form(type), letters, bytesMax)?.bytes.toString("latin1");
  const told = `<a><Größe>1</Größe><pin>2</pin>é</a>`;
  const masked = "<a><Größe>***</Größe><pin>***</pin>é</a>";
  for (const charset of ["iso-8859-1", '"ISO-8859-15"', "windows-1252", "latin1", "cp1252"]) {
    assert.equal(latin(told, `text/xml; charset=${charset}`), masked, charset);
    const json = `application/json; charset=${charset}`;
    assert.equal(latin('{"pin":1}', json), '{"pin":"***"}', charset);
    assert.equal(latin('{"größe":1}', json), undefined, charset);
    assert.equal(latin("pin=1", `application/x-www-form-urlencoded;charset=${charset}`), "pin=***");
  }
  assert.equal(
    latin(`<?xml version="1.0" encoding="latin1"?>${told}`, "text/xml")?.slice(-40),
    masked,
  );
  assert.equal(latin('{"pin":1}', "application/json;charset=utf8"), '{"pin":"***"}');
  assert.equal(latin("<a/>", "text/xml;charset=iso-8859-99"), undefined);
  assert.equal(latin("<a/>", "text/xml;charset=latin1;charset=cp1252"), undefined);
});

test("other types, and charsets in which names look otherwise, are not kept", () => {
  const refused = ["text/plain", "multipart/form-data; boundary=x", "application/octet-stream"];
  for (const type of [
    ...refused,
    "application/json; charset=utf-16",
    'text/xml;charset="ebcdic"',
  ]) {
    assert.equal(maskBody(Buffer.from("{}"), form(type), names, bytesMax), undefined, type);
  }
  assert.equal(maskBody(Buffer.from("{}"), form(""), names, bytesMax), undefined);
});

test("where nothing is sensitive a body is kept as it is, whatever it is", () => {
  const none = createSensitiveNames([]);
  const bytes = Buffer.from([0xff, 0x00, 0x7b]);
  assert.deepEqual(maskBody(bytes, form("image/png"), none, bytesMax)?.bytes, bytes);
});
