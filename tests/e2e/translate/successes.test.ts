/** Operations that succeed in several ways: which one it was arrives at callers. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { envelopeOf, types } from "./soap-messages.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "./stand.ts";

const order = "{ application/json: { schema: { $ref: '#/components/schemas/Order' } } }";
const ticket = "{ application/json: { schema: { $ref: '#/components/schemas/Ticket' } } }";
const list = `{ application/json: { schema: { type: array, items: { type: string } } } }`;
const jobsOpenApi = `openapi: 3.1.0
info: { title: Jobs, version: 1.0.0 }
paths:
  /same:
    post:
      operationId: same
      responses:
        "200": { description: Known., content: ${order} }
        "201":
          description: New.
          headers: { Location: { schema: { type: string } } }
          content: ${order}
  /maybe:
    post:
      operationId: maybe
      responses:
        "200": { description: There., content: ${order} }
        "204": { description: Nothing. }
  /either:
    post:
      operationId: either
      responses:
        "200": { description: Done., content: ${order} }
        "201": { description: Made., content: ${order} }
        "202": { description: Later., content: ${ticket} }
        "203": { description: Many., content: ${list} }
        "204": { description: Nothing. }
components:
  schemas:
    Order: { type: object, required: [id], properties: { id: { type: string } } }
    Ticket: { type: object, required: [number], properties: { number: { type: integer } } }
`;

async function beforeJobs(context: TestContext, answer: ServiceAnswer) {
  const service = await startStandIn(context, () => answer);
  const gateway = await startTranslating(context, {
    text: `services:\n  jobs: { contract: jobs.yaml, instances: ["${service.url}"] }`,
    files: { "jobs.yaml": jobsOpenApi },
  });
  return { service, gateway };
}

function json(status: number, value?: unknown, more: Record<string, string> = {}): ServiceAnswer {
  if (value === undefined) return { status, body: "" };
  const headers = { "content-type": "application/json", ...more };
  return { status, headers, body: JSON.stringify(value) };
}

interface Way {
  readonly name: string;
  readonly operation: string;
  readonly answer: ServiceAnswer;
  readonly xml: string;
  /** What the response element of SOAP holds. */
  readonly soap: string;
}

const ways: readonly Way[] = [
  {
    name: "the first of two with one body",
    operation: "same",
    answer: json(200, { id: "a" }),
    xml: "<sameResponse><id>a</id></sameResponse>",
    soap: "<id>a</id>",
  },
  {
    name: "the second of two with one body",
    operation: "same",
    answer: json(201, { id: "a" }, { location: "/same/a" }),
    xml: "<sameResponse><id>a</id></sameResponse>",
    soap: "<id>a</id>",
  },
  {
    name: "a body where there may be none",
    operation: "maybe",
    answer: json(200, { id: "a" }),
    xml: "<maybeResponse><id>a</id></maybeResponse>",
    soap: "<body><id>a</id></body>",
  },
  { name: "no body", operation: "maybe", answer: json(204), xml: "", soap: "" },
  {
    name: "the second status of a body among others",
    operation: "either",
    answer: json(201, { id: "a" }),
    xml: "<eitherResponse><id>a</id></eitherResponse>",
    soap: "<ok><id>a</id></ok>",
  },
  {
    name: "another body",
    operation: "either",
    answer: json(202, { number: 7 }),
    xml: "<eitherResponse><number>7</number></eitherResponse>",
    soap: "<accepted><number>7</number></accepted>",
  },
  {
    name: "a list among bodies",
    operation: "either",
    answer: json(203, ["a", "b"]),
    xml: "<eitherResponse><item>a</item><item>b</item></eitherResponse>",
    soap: "<nonAuthoritativeInformation><item>a</item><item>b</item></nonAuthoritativeInformation>",
  },
  {
    name: "an empty list among bodies",
    operation: "either",
    answer: json(203, []),
    xml: "<eitherResponse></eitherResponse>",
    soap: "<nonAuthoritativeInformation></nonAuthoritativeInformation>",
  },
  { name: "none of several bodies", operation: "either", answer: json(204), xml: "", soap: "" },
];

for (const { name, operation, answer, xml, soap } of ways) {
  test(`${name}: status and body arrive in XML, the body in SOAP`, async (context) => {
    const { gateway } = await beforeJobs(context, answer);
    const url = `${gateway.url}/jobs/${operation}`;
    const told = await fetch(url, { method: "POST", headers: { accept: "application/xml" } });
    const text = await told.text();
    assert.equal(told.status, answer.status, text);
    assert.equal(text.replace(/^<\?xml.*?\?>\n?/, "").replaceAll(/ xmlns="[^"]*"/g, ""), xml);
    assert.equal(told.headers.get("location"), answer.headers?.["location"] ?? null);
    const wsdl = await (await fetch(`${gateway.url}/soap/jobs?wsdl`)).text();
    const namespace = /targetNamespace="([^"]*)"/.exec(wsdl)?.[1] ?? "";
    const soapAnswer = await fetch(`${gateway.url}/soap/jobs`, {
      method: "POST",
      headers: { "content-type": types["1.1"] },
      body: envelopeOf(`<j:${operation} xmlns:j="${namespace}"/>`),
    });
    const body = await soapAnswer.text();
    assert.equal(soapAnswer.status, 200, body);
    const content = new RegExp(
      `<[^<>]*${operation}Response[^<>]*?(?:/>|>(.*)</[^<>]*${operation}Response>)`,
    ).exec(body)?.[1];
    const plain = (content ?? "")
      .replaceAll(/(<\/?)\w+:/g, "$1")
      .replaceAll(/ xmlns(:\w+)?="[^"]*"/g, "");
    assert.equal(plain, soap);
  });
}

test("a success that the contract does not declare keeps its status", async (context) => {
  const { gateway } = await beforeJobs(context, json(203, { id: "a" }));
  const url = `${gateway.url}/jobs/same`;
  const told = await fetch(url, { method: "POST", headers: { accept: "application/xml" } });
  assert.equal(told.status, 203);
});
