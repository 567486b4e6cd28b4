/**
 * Text as a face over a service of any dialect: a declaration that names operations and fields of
 * the contract, whose types say what they hold. What it does not name, callers do not see.
 */
import { hasErrors } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Type } from "#contract/types.ts";
import type { AddFace } from "#extension/protocol.ts";
import { createReporter, type Reporter } from "#formats/yaml/reporter.ts";
import type { DeclaredText } from "./declared.ts";
import { importSpeech } from "./import-speech.ts";
import { importBinding, warnOfAlike } from "./import.ts";
import { readDeclaration } from "./read-declaration.ts";
import { namesIn } from "./said-fields.ts";

export const addTextFace: AddFace = (source, contract) => {
  const { declared, root, placeAt, diagnostics } = readDeclaration(source);
  if (declared === undefined) return { contract, diagnostics };
  const reporter = createReporter(root, placeAt);
  const faced = addFace(declared, reporter, contract);
  const all = [...diagnostics, ...reporter.diagnostics];
  return { contract: hasErrors(all) ? contract : faced, diagnostics: all };
};

function addFace(declared: DeclaredText, reporter: Reporter, contract: Contract): Contract {
  if (contract.text !== undefined) {
    const message = "the service has a text already; expected one such document";
    reporter.error([], "repeated-face", message);
  }
  const ids = contract.operations.map(({ id }) => id);
  for (const id of Object.keys(declared.operations)) {
    if (ids.includes(id)) continue;
    const message = `the service has no operation ${JSON.stringify(id)}`;
    reporter.error(["operations", id], "no-operation", message, didYouMean(id, ids));
  }
  const text = importSpeech(declared, reporter);
  const operations = contract.operations.map((operation) => {
    const { id } = operation;
    if (!Object.hasOwn(declared.operations, id)) return operation;
    return faceOperation(declared, reporter, contract, operation);
  });
  warnOfAlike(operations, text, reporter);
  return { ...contract, text, operations };
}

function faceOperation(
  declared: DeclaredText,
  reporter: Reporter,
  contract: Contract,
  operation: Operation,
): Operation {
  const { id, input, output } = operation;
  const path = ["operations", id];
  if (operation.mode !== "unary" && operation.mode !== "one-way") {
    const message = `${id} is ${operation.mode}: text has one request and one answer`;
    reporter.error(path, "stream-in-text", message);
  }
  const { answer } = declared.operations[id] ?? {};
  if ((answer === undefined) !== (output === undefined)) {
    const message = answer === undefined ? "it answers; expected `answer`" : "it answers nothing";
    reporter.error(path, "wrong-shape", `${id}: ${message}`);
  }
  const types = { input: input.type, output: output?.type };
  const text = importBinding(declared, reporter, contract, id, types);
  const told = namesIn(text.request);
  for (const name of told === undefined ? [] : requiredIn(contract, input.type)) {
    if (told?.some((one) => one === name || one.startsWith(`${name}.`))) continue;
    const message = `\`${name}\` has to be there, and the request does not say it`;
    reporter.error([...path, "request"], "missing-field", message);
  }
  for (const { name, type, required } of input.headers) {
    if (!required) continue;
    const message = `the header ${name} (${type.kind}) has to be there, and text has none`;
    reporter.error([...path, "request"], "missing-field", message);
  }
  return { ...operation, text };
}

function requiredIn(contract: Contract, type: Type): readonly string[] {
  const record = resolve(contract, type);
  if (record.kind !== "record") return [];
  return fieldsOf(contract, record)
    .filter(({ presence, default: usual }) => presence === "required" && usual === undefined)
    .map(({ name }) => name);
}
