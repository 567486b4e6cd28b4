import assert from "node:assert/strict";
import test from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { createConfigurationSchema } from "./schema.ts";
import { publishedSchema } from "./published-schema.ts";

const configurationSchema = createConfigurationSchema({});
const validate = new Ajv2020({ allowUnionTypes: true, keywords: ["x-expected", "x-file"] }).compile(
  JSON.parse(JSON.stringify(publishedSchema(configurationSchema))) as object,
);

const accepted: readonly string[] = [
  `version: 1\nservices: { a: { instances: ["http://a"] } }\n`,
  `version: 1\nservices: { a: { instances: [{ url: "\${URL}" }], host: "\${HOST:-caller}" } }\n`,
  `version: 1\nservices: {}\nlisten: { port: "\${PORT}", http2: "\${H2}", host: "\${HOST}" }\n`,
  `version: 1\nservices: {}\ncallers: { a: { key: "\${KEY}" } }\nlog: { level: "\${LEVEL}" }\n`,
  `version: 1\nservices: {}\ncallers: open\nlisten: { workers: auto }\n`,
];

const refused: readonly string[] = [
  `version: 2\nservices: {}\n`,
  `version: 1\nservices: {}\nlisten: { port: "80" }\n`,
  `version: 1\nservices: {}\nlisten: { http2: "yes" }\n`,
  `version: 1\nservices: {}\nlog: { level: loud }\n`,
  `version: 1\nservices: { "\${NAME}": { instances: ["http://a"] } }\n`,
  `version: 1\nservices: {}\nunknown: 1\n`,
];

for (const text of accepted) {
  test(`editors are told that this is fine: ${text.slice(11, 80).trim()}`, () => {
    assert.equal(validate(parse(text)), true, JSON.stringify(validate.errors));
  });
}

for (const text of refused) {
  test(`editors are told that this is wrong: ${text.slice(0, 80).trim()}`, () => {
    assert.equal(validate(parse(text)), false);
  });
}
