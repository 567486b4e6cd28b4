/** One question through a gateway to a scripted service, and all that can be seen of it. */
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { GatewayOptions } from "./gateway-under-test.ts";
import { mediated, type Mediated } from "./mediated.ts";
import { finals, openRaw, type RawResult, type Step } from "./raw-http.ts";
import type { SeenRequest } from "./read-requests.ts";
import { fieldOf, type SeenResponse } from "./read-responses.ts";
import { plainAnswer, type AnswerStep, type UpstreamOptions } from "./recording-upstream.ts";

export interface AskOptions extends UpstreamOptions {
  /** Raw answer to the first request; later ones get a plain one. */
  readonly reply?: string | readonly AnswerStep[];
  readonly methods?: readonly string[];
  /** Final answers to wait for; 1 without it. */
  readonly answers?: number;
  readonly gateway?: Omit<GatewayOptions, "upstreamPort">;
  readonly halfClose?: boolean;
  readonly silenceMs?: number;
}

export interface Asked extends Mediated {
  readonly result: RawResult;
  /** The first final answer; its absence fails the test. */
  readonly answer: SeenResponse;
  /** What the service received, each connection as text. */
  readonly received: readonly string[];
  readonly requests: readonly SeenRequest[];
}

function saysClose(answer: SeenResponse): boolean {
  return fieldOf(answer, "connection")?.toLowerCase() === "close";
}

export async function ask(
  context: Pick<TestContext, "after">,
  steps: string | readonly Step[],
  options: AskOptions = {},
): Promise<Asked> {
  const { reply } = options;
  const script = typeof reply === "string" ? [reply] : reply;
  const start = await mediated(
    context,
    {
      answer: (request, index) =>
        script !== undefined && index === 0
          ? script
          : (options.answer ?? plainAnswer)(request, index),
      ...(options.onHead === undefined ? {} : { onHead: options.onHead }),
    },
    options.gateway,
  );
  const connection = await openRaw(start.port, options.methods);
  context.after(() => connection.close());
  await connection.send(...(typeof steps === "string" ? [steps] : steps));
  if (options.halfClose === true) connection.socket.end();
  const wanted = options.answers ?? 1;
  await connection.wait((seen) => finals(seen) >= wanted, options.silenceMs ?? 2_000);
  // What else may come in the same breath: a second answer, or a close that was announced.
  await pause(20);
  const result = await connection.wait((seen) => !seen.responses.some(saysClose));
  const answer = result.responses.find((seen) => seen.status >= 200);
  return {
    ...start,
    result,
    get answer() {
      if (answer === undefined)
        throw new Error(`no answer in ${JSON.stringify(String(result.received))}`);
      return answer;
    },
    received: start.upstream.connections().map((bytes) => bytes.toString("latin1")),
    requests: start.upstream.requests(),
  };
}
