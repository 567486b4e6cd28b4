import assert from "node:assert/strict";
import { test } from "node:test";
import { answered } from "./fixture.ts";
import { readProblem } from "./read-problem.ts";

const xml = { "content-type": "application/problem+xml; charset=utf-8" };

test("a problem document in XML says what one in JSON does", () => {
  const ours = 'xmlns="urn:parlance:fault"';
  const document = `<problem xmlns="urn:ietf:rfc:7807"><type>urn:parlance:problem:sold%20out</type>
    <title>Conflict</title><detail>come &lt;later&gt;</detail><code ${ours}>sold out</code>
    <kind ${ours}>aborted</kind><fault ${ours}>policy</fault><detail/>
    <balance xmlns="urn:x"><of>1</of></balance></problem>`;
  assert.deepEqual(readProblem(answered(409, document, xml)), {
    name: "sold out",
    code: "sold out",
    kind: "aborted",
    blame: "policy",
    message: "come <later>",
  });
});

test("what is no problem document, though it says so, says nothing", () => {
  const bad = ["", "<a", "<problem><detail><b/></detail></problem>", "<!DOCTYPE a><a/>", "{}"];
  for (const body of bad) assert.equal(readProblem(answered(500, body, xml)), undefined, body);
  assert.equal(readProblem(answered(500, "<a/>", { "content-type": "text/xml" })), undefined);
});
