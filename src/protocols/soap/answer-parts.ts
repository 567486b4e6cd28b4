/** MTOM for callers: whether bytes of an answer travel beside its envelope. */
import type { FaceRequest } from "#extension/protocol.ts";
import { parseMediaType } from "./media-type.ts";

/** large: when there are enough of them; always: the message has parts in any case. */
export type AnswerParts = "none" | "large" | "always";

/** Who sends MTOM gets it; who takes messages of parts gets it where it is worth while. */
export function answerParts(request: FaceRequest): AnswerParts {
  if (isXop(request.field("content-type"))) return "always";
  return takesParts(request) ? "large" : "none";
}

/** MTOM §3.1: the root of a message of parts is XOP. */
function isXop(contentType: string | undefined): boolean {
  const media = parseMediaType(contentType);
  if (media?.essence !== "multipart/related") return false;
  return parseMediaType(media.parameters.get("type"))?.essence === "application/xop+xml";
}

function takesParts(request: FaceRequest): boolean {
  const accept = request.field("accept");
  if (accept === undefined) return false;
  return accept.split(",").some((range) => {
    const media = parseMediaType(range);
    return media?.essence === "multipart/related" && Number(media.parameters.get("q") ?? 1) > 0;
  });
}
