/** The process in which a configuration and its contracts are loaded; see load-revision.ts. */
import { nodePlatform } from "#base/platform.ts";
import { answerOneQuestion } from "#runtime/one-answer-process.ts";
import { checkConfiguration, type CheckOptions } from "./check-configuration.ts";

answerOneQuestion((question, tell) =>
  checkConfiguration(question as CheckOptions, nodePlatform.files, tell),
);
