/** A worker for the supervisor's tests: does what it is told to, at once. */
import { workerData } from "node:worker_threads";
import { answerQuestions, sendMessage } from "./worker-port.ts";

const { wish } = workerData as { readonly wish: "live" | "die" | "refuse" };
sendMessage(`born to ${wish}`);
answerQuestions((question) => {
  if (question === "die" || wish === "die") process.exit(7);
  if (wish === "refuse") throw new Error("it does not want to");
  return question;
});
