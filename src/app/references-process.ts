/** The process in which documents of a foreign host are read for references; see fetch-contract. */
import { answerOneQuestion } from "#runtime/one-answer-process.ts";
import { findReferences, type ReferencesQuestion } from "./find-references.ts";

answerOneQuestion((question) => findReferences(question as ReferencesQuestion));
