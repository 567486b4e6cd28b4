/** What a parser made of a stream of bytes, in a form in which two parsers can be compared. */
export interface ReadMessage {
  /** Method and target, or status and reason. */
  readonly start: string;
  readonly minorVersion: number;
  /** `name: value`, names in lower case, values without blanks around them. */
  readonly fields: readonly string[];
  /** latin1, without chunk framing. */
  readonly body: string;
  readonly trailers: readonly string[];
  /** Offset of the first byte behind the message; -1: it goes to the end of the connection. */
  readonly end: number;
}

export interface StreamReading {
  /** Complete messages. */
  readonly messages: readonly ReadMessage[];
  /** Why the rest was refused; undefined: more bytes would be needed, or none are left. */
  readonly refusal: string | undefined;
}

export type MessageKind = "request" | "answer" | "answer to HEAD";
