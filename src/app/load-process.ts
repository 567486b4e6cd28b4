/** The process in which a configuration and its contracts are loaded; see load-revision.ts. */
import { nodePlatform } from "#base/platform.ts";
import { answerOneQuestion } from "#runtime/one-answer-process.ts";
import { checkConfiguration, type CheckOptions } from "./check-configuration.ts";
import { knownProblems } from "./known-problems.ts";
import type { LoadedRevision } from "./load-revision.ts";

answerOneQuestion(async (question, tell): Promise<LoadedRevision> => {
  const nowMs = nodePlatform.clock.nowMs();
  const options = { ...(question as CheckOptions), nowMs };
  const checked = await checkConfiguration(options, nodePlatform.files, tell);
  return { ...checked, knownProblems };
});
