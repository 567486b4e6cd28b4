/** Results as server-sent events, one connection each: `next` for every result, then `complete`. */
import { GraphQLError, type ExecutionResult } from "graphql";
import type { HubStream } from "#extension/hub.ts";
import { writeEvent } from "#formats/sse/write-event.ts";
import { faultOf } from "./faults.ts";
import { textOf } from "./hub-answer.ts";
import { mediaTypes } from "./hub-media.ts";

/** @param failure what becomes of an error that ends the results. */
export function streamResults(
  results: AsyncIterable<ExecutionResult> | readonly ExecutionResult[],
  failure: (cause: unknown) => GraphQLError,
): HubStream {
  return {
    kind: "stream",
    status: 200,
    fields: [
      ["content-type", `${mediaTypes.events}; charset=utf-8`],
      ["cache-control", "no-cache"],
    ],
    async run(write, tell) {
      const next = (result: ExecutionResult): Promise<void> => {
        const [error] = result.errors ?? [];
        if (error !== undefined) tell(faultOf(error));
        return write(Buffer.from(writeEvent({ type: "next", data: textOf(result) })));
      };
      try {
        for await (const result of results) await next(result);
      } catch (error) {
        await next({ errors: [failure(error)] });
      }
      await write(Buffer.from(writeEvent({ type: "complete", data: "" })));
    },
  };
}
