/**
 * A request of several inputs, between dialects: decoded as the caller's bytes come and encoded at
 * once, but no further than the instance takes them.
 */
import type { Fault } from "#call/call.ts";
import type { Input, InputStream, RequestStream } from "#extension/streams.ts";

export interface StreamedRequest {
  /** Bytes of the caller, without chunk framing. What they complete is given by `next`. */
  push(bytes: Buffer): void;
  /** The caller's half is over. */
  end(): void;
  /** What goes to the instance next. A fault: it breaks here. Undefined: nothing for now. */
  next(): Buffer | Fault | undefined;
  /** Whether all is given that will ever be; true once. */
  takeEnd(): boolean;
}

/** Inputs are sent together up to about so many bytes. */
const partBytesMax = 32 * 1024;

export function createStreamedRequest(
  inputs: InputStream,
  requests: RequestStream,
): StreamedRequest {
  const pending: Iterator<Input | Fault>[] = [];
  let state: "open" | "ended" | "over" | "closed" | "broken" = "open";
  let fault: Fault | undefined;

  /** The next input, encoded; undefined: none is there. */
  const encodeNext = (): Buffer | Fault | undefined => {
    for (let [first] = pending; first !== undefined; [first] = pending) {
      const { done, value } = first.next();
      if (done === true) pending.shift();
      else return value.kind === "fault" ? value : requests.item(value.input);
    }
    if (state !== "ended") return undefined;
    state = "over";
    return inputs.end() ?? requests.end();
  };

  return {
    push(bytes) {
      if (state !== "broken") pending.push(inputs.push(bytes)[Symbol.iterator]());
    },
    end() {
      if (state !== "open") return;
      state = "ended";
      const last = inputs.last?.();
      if (last !== undefined) pending.push(last[Symbol.iterator]());
    },
    next() {
      const parts: Buffer[] = [];
      let length = 0;
      while (length < partBytesMax && fault === undefined) {
        const part = encodeNext();
        if (part === undefined) break;
        if (!Buffer.isBuffer(part)) fault = part;
        else {
          parts.push(part);
          length += part.length;
        }
      }
      if (length > 0) return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
      if (fault === undefined) return undefined;
      state = "broken";
      pending.length = 0;
      const told = fault;
      fault = undefined;
      return told;
    },
    takeEnd() {
      if (state !== "over") return false;
      state = "closed";
      return true;
    },
  };
}
