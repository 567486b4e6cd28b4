import assert from "node:assert/strict";
import test from "node:test";
import { DocumentFailure } from "#contract/document-fault.ts";
import { defaultXmlLimits } from "#formats/xml/limits.ts";
import { envelope, related } from "./message-fixture.ts";
import { openMessage, versionOfMediaType } from "./message.ts";

const open = (contentType: string | undefined, body: string | Buffer) =>
  openMessage(contentType, Buffer.from(body), defaultXmlLimits);

const versions: readonly (readonly [string | undefined, string | undefined])[] = [
  ["text/xml", "1.1"],
  ["TEXT/XML; charset=utf-8", "1.1"],
  ["application/soap+xml; action=a", "1.2"],
  ['multipart/related; type="text/xml"; boundary=b', "1.1"],
  ['multipart/related; type="application/soap+xml"; boundary=b', "1.2"],
  ['multipart/related; type="application/xop+xml"; start-info="application/soap+xml"', "1.2"],
  ["multipart/related; type=image/png", undefined],
  ["application/xml", undefined],
  ["text/html", undefined],
  [undefined, undefined],
];
for (const [type, version] of versions) {
  test(`${type ?? "no media type"} speaks of SOAP ${version ?? "not at all"}`, () => {
    assert.equal(versionOfMediaType(type), version);
  });
}

test("the charset of the media type and the byte order mark are read", () => {
  const text = envelope("<a>é</a>");
  assert.equal(open("text/xml; charset=iso-8859-1", Buffer.from(text, "latin1")).text, text);
  const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
  assert.equal(open("text/xml", marked).text.replace("\ufeff", ""), text);
});

test("processing instructions are refused where they are some, and only there", () => {
  const declared = `<?xml version="1.0"?>\n${envelope("<a><!-- <?b?> --><![CDATA[<?c?>]]></a>")}`;
  assert.ok(open("text/xml", declared).text.includes("<?c?>"));
  for (const bad of [`${declared}<?x?>`, declared.replace("<a>", "<a>\n<?x y?>")]) {
    assert.throws(
      () => open("text/xml", bad),
      (error) => error instanceof DocumentFailure && /processing instructions/.test(error.message),
    );
  }
});

test("the root of a multipart message is the part that start names, or else the first", () => {
  const body = related([
    ["Content-ID: <a>\r\nContent-Type: text/plain", "no"],
    ["Content-ID: <r@1>\r\nContent-Type: text/xml", envelope("<a/>")],
  ]);
  const type = 'multipart/related; boundary=b; type="text/xml"';
  const message = open(`${type}; start="<r@1>"`, body);
  assert.equal(message.text, envelope("<a/>"));
  assert.deepEqual(
    message.parts.map(({ contentId }) => contentId),
    ["a"],
  );
  assert.throws(() => open(type, body), /root part is text\/plain/);
  assert.throws(() => open(`${type}; start="<nobody>"`, body), /no root part/);
});

test("the action of SOAP 1.2 is found on the root part as well", () => {
  const rootType = 'application/xop+xml; type="application/soap+xml"; action="urn:a"';
  const body = related([[`Content-Type: ${rootType}`, envelope("<a/>")]]);
  const type =
    'multipart/related; boundary=b; type="application/xop+xml"; start-info="application/soap+xml"';
  assert.deepEqual([open(type, body).version, open(type, body).action], ["1.2", "urn:a"]);
});

test("a message beyond the limit is refused with its name", () => {
  const limits = { ...defaultXmlLimits, documentBytesMax: 10 };
  assert.throws(() => openMessage("text/xml", Buffer.alloc(11, 0x20), limits), /documentBytesMax/);
});
