/** What is wrong with SOAP messages, apart from what the contract says of their content. */
import { defineProblems, type ProblemDefinition } from "#base/problem.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Fault } from "#call/call.ts";

export const problems = defineProblems({
  "soap-method-not-allowed": {
    title: "SOAP is called by POST",
    httpStatus: 405,
    faultKind: "unimplemented",
    blame: "client",
  },
  "soap-media-type": {
    title: "The media type is none of SOAP's",
    httpStatus: 415,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "soap-version-mismatch": {
    title: "The envelope is of another SOAP version than its media type",
    httpStatus: 500,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "soap-must-understand": {
    title: "A header that must be understood is not known",
    httpStatus: 500,
    faultKind: "unimplemented",
    blame: "client",
  },
  "soap-data-encoding-unknown": {
    title: "The encodingStyle is not known",
    httpStatus: 500,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "soap-envelope": {
    title: "The message is no SOAP envelope",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "soap-unknown-operation": {
    title: "No operation has such a body",
    httpStatus: 400,
    faultKind: "unimplemented",
    blame: "client",
  },
  "soap-action-mismatch": {
    title: "The action is not that of the operation in the body",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "soap-header": {
    title: "A header block is missing, doubled or malformed",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "soap-attachment": {
    title: "A part of the multipart message is missing or malformed",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "soap-security": {
    title: "The WS-Security header is wrong, or was received before",
    httpStatus: 500,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "soap-security-authentication": {
    title: "The message does not prove to be from a caller",
    httpStatus: 500,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "soap-security-check": {
    title: "The signature is not valid, or does not cover what it has to",
    httpStatus: 500,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "soap-security-algorithm": {
    title: "The signature uses an algorithm that is not taken",
    httpStatus: 500,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "soap-security-token": {
    title: "The signature refers to a token that is not there",
    httpStatus: 500,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "soap-security-expired": {
    title: "The message is too old",
    httpStatus: 500,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "soap-unexpected-answer": {
    title: "The service answered with something that is not SOAP",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
  "soap-invalid-answer": {
    title: "The service's answer is not what its contract says",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
});

export type SoapProblem = Exclude<keyof typeof problems, "definitions">;

const definitionByCode: ReadonlyMap<string, ProblemDefinition> = new Map(
  problems.definitions.map((definition) => [definition.code, definition]),
);

/** A caller's message that is wrong: by the catalogue, or by what the formats say of content. */
export function callersFault(fault: DocumentFault): Fault {
  const { faultKind = "invalid_argument", blame = "client" } =
    definitionByCode.get(fault.code) ?? {};
  const place = fault.place === "" ? {} : { place: fault.place };
  return { kind: "fault", faultKind, blame, code: fault.code, message: fault.message, ...place };
}

/** An instance's message that is wrong, whatever is wrong with it. */
export function servicesFault(fault: DocumentFault): Fault {
  const place = fault.place === "" ? {} : { place: fault.place };
  const message = `the service's answer is not what its contract says: ${fault.message}`;
  const code = "soap-invalid-answer";
  return { kind: "fault", faultKind: "internal", blame: "service", code, message, ...place };
}
