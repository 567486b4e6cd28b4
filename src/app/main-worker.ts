/** A worker thread: one gateway, told what to do by the main thread. */
import { workerData } from "node:worker_threads";
import { nodePlatform } from "#base/platform.ts";
import { createGateway } from "#gateway/gateway.ts";
import { answerQuestions } from "#runtime/worker-port.ts";
import type { Drained, Question, WorkerData } from "./worker-messages.ts";

const data = workerData as WorkerData;
const observer = { onBegin: () => undefined, onDone: () => undefined };
const gateway = createGateway(nodePlatform, observer, data.revision);
const listening = gateway.listen(data.listen);
let prepared: { readonly id: string; readonly commit: () => void } | undefined;

answerQuestions((question) => {
  // The first question asks only whether it is up.
  if (question === undefined) return listening;
  return answer(question as Question);
});

function answer(question: Question): true | Promise<Drained> {
  switch (question.kind) {
    case "prepare":
      prepared = {
        id: question.revision.id,
        commit: gateway.prepare(question.revision),
      };
      return true;
    case "commit": {
      const { id, commit } = prepared ?? {};
      if (commit === undefined || id !== question.id) throw new Error(`${question.id} is unknown`);
      prepared = undefined;
      commit();
      return true;
    }
    case "take":
      gateway.take(question.revision);
      return true;
    case "drain":
      return gateway.drain().then((cut) => ({ cut }));
  }
}
