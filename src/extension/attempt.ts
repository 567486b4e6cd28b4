/** What policies see of attempts at instances, and what they make of them. */

/** One attempt at an instance. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** URL of the instance. */
  readonly instance: string;
}

/** A request as it leaves for an instance, anew for each attempt. */
export interface SentRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** As its `Host` has it. */
  readonly authority: string;
  /** Path and query. */
  readonly target: string;
  /** All of the body, without framing; undefined: it is passed on as it comes. */
  readonly body: Buffer | undefined;
  /** Of what the caller has sent, or a translation has made. */
  readonly field: (lowerCaseName: string) => string | undefined;
  /** The value must be able to stand in a header. */
  readonly addField: (name: string, value: string) => void;
  /** Also what reads like it where underscores are taken for hyphens. */
  readonly dropField: (lowerCaseName: string) => void;
}

/** One that is made anew at once, by itself, here or at another instance. */
export interface MovedAttempt extends Attempt {
  /** False: no connection was had; true: a kept one was dead. */
  readonly wasReached: boolean;
}

export interface AttemptEnd extends Attempt {
  /** How many attempts there were by then, hedged ones included. */
  readonly number: number;
  readonly outcome: "answer" | "unreachable" | "broken" | "timeout";
  /** Of the answer; 0: there is none. */
  readonly status: number;
  readonly tookMs: number;
  /** `Retry-After` of the answer, where it tells seconds. */
  readonly retryAfterS: number | undefined;
  /** Whether it could be made again: nothing has left for the caller, the request is at hand. */
  readonly repeatable: boolean;
}

/** It is to be tried again, after so many milliseconds. */
export interface Again {
  readonly afterMs: number;
}

/** Another instance is to be asked besides the first, when that has not answered in time. */
export interface Hedge {
  readonly afterMs: number;
  /** Asked when the time has come and an instance is there; what is allowed counts then. */
  readonly take: () => boolean;
}
