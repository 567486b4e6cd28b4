/** What a test file must not be: without assertions, exclusive, or silently left out. */
import { maskSource } from "#tests/support/mask-source.ts";
import { findingsOf, type Rule } from "./finding.ts";

export const hasAssertions: Rule = ({ path, text }) => {
  const { code } = maskSource(text);
  if (!/\b(?:test|it)\s*\(/.test(code)) return [`${path}: holds no test`];
  const asserts = /\bassert\w*(?:\.\w+)?\s*\(|\bt\.assert\.|\bexpect\w*\(|\bfc\.assert\(/;
  return asserts.test(code) ? [] : [`${path}: asserts nothing`];
};

export const isNotExclusive: Rule = (file) =>
  findingsOf(
    file,
    maskSource(file.text).code,
    /\b(?:test|it|describe|suite)\.only\b|\bonly:\s*true\b/g,
    ([found]) => `${found} keeps all other tests from running`,
  );

/** `{ skip: "reason" }` and `{ skip: lacks("nginx") }` are seen at the end of a run. */
export const skipsWithReason: Rule = (file) =>
  findingsOf(
    file,
    maskSource(file.text).code,
    /\b(?:test|it|describe|suite)\.(?:skip|todo)\b|\b(?:skip|todo):\s*true\b|\bt\.(?:skip|todo)\(\s*\)/g,
    ([found]) => `${found} gives no reason: write { skip: "reason" }`,
  );
