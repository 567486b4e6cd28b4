/**
 * Every bound on what the network may make us hold or wait for, with its default.
 * Operators change them under `limits` and `timeouts` in parlance.yaml.
 */
export interface Limits {
  /** Bytes of a request or response head, start line included. Beyond: 431 (RFC 6585 §5) or 502. */
  readonly headBytesMax: number;
  /** Field lines in a head. Beyond: 431 or 502. */
  readonly headFieldsMax: number;
  /** Bytes of a request target. Beyond: 414. */
  readonly targetBytesMax: number;
  /** Bytes of a request body. Beyond: 413. A service can set its own. */
  readonly bodyBytesMax: number;
  /** Bytes held of a document that is translated. Beyond: 413, or 502 for an answer. */
  readonly documentBytesMax: number;
  /** Bytes of a trailer section. */
  readonly trailerBytesMax: number;
  /** Open caller connections per worker. Beyond: 503 and close. */
  readonly connectionsMax: number;
  /**
   * Connections to one instance per worker. Beyond: the exchange waits within its connect time-out.
   */
  readonly instanceConnectionsMax: number;
}

/** All in milliseconds. 0 switches a time-out off. */
export interface Timeouts {
  /** From the first byte of a head (or the opening of the connection) to its last. */
  readonly headMs: number;
  /** A caller that neither sends the awaited body nor takes the offered answer. */
  readonly bodyIdleMs: number;
  /** An idle keep-alive connection of a caller. */
  readonly keepAliveMs: number;
  readonly connectMs: number;
  /** From the whole request sent to the head of the answer. */
  readonly firstByteMs: number;
  /** An instance that stops in the middle of an answer. */
  readonly responseIdleMs: number;
  /** A tunnel (WebSocket) in which neither side sends. */
  readonly tunnelIdleMs: number;
  /** An idle keep-alive connection to an instance. */
  readonly instanceKeepAliveMs: number;
  /** The whole exchange. A service can set its own as `timeoutMs`. */
  readonly totalMs: number;
  /** What a graceful stop grants to exchanges in flight. */
  readonly drainMs: number;
}

export const defaultLimits: Limits = {
  headBytesMax: 32 * 1024,
  headFieldsMax: 100,
  targetBytesMax: 8 * 1024,
  bodyBytesMax: 8 * 1024 ** 3,
  documentBytesMax: 16 * 1024 ** 2,
  trailerBytesMax: 8 * 1024,
  connectionsMax: 10_000,
  instanceConnectionsMax: 1_024,
};

export const defaultTimeouts: Timeouts = {
  headMs: 10_000,
  bodyIdleMs: 60_000,
  keepAliveMs: 75_000,
  connectMs: 2_000,
  firstByteMs: 60_000,
  responseIdleMs: 300_000,
  tunnelIdleMs: 3_600_000,
  instanceKeepAliveMs: 55_000,
  totalMs: 0,
  drainMs: 10_000,
};

/** Bounds on one document that is read whole: a message, or a contract. */
export interface DocumentLimits {
  readonly documentBytesMax: number;
  /** Elements, arrays and objects within each other. */
  readonly depthMax: number;
  /** Values, elements and attributes in all. */
  readonly nodesMax: number;
  /** UTF-16 units of one text: a string, an attribute, an element's content. */
  readonly textLengthMax: number;
  /** Digits of one number, written out without an exponent. */
  readonly digitsMax: number;
}

export const defaultDocumentLimits: DocumentLimits = {
  documentBytesMax: 16 * 1024 ** 2,
  depthMax: 64,
  nodesMax: 1_000_000,
  textLengthMax: 16 * 1024 ** 2,
  digitsMax: 1_000,
};

/** Outputs of a stream that are collected for a dialect with one answer. Beyond: a fault. */
export const collectedItemsMax = 100_000;

/** Bounds on a contract, which may consist of several documents that refer to each other. */
export interface ContractLimits {
  readonly filesMax: number;
  /** Elements of all documents, and what groups of theirs expand to. */
  readonly elementsMax: number;
  readonly typesMax: number;
  /** Elements within each other, groups within groups, types derived from types. */
  readonly depthMax: number;
}

export const defaultContractLimits: ContractLimits = {
  filesMax: 5_000,
  elementsMax: 500_000,
  typesMax: 50_000,
  depthMax: 200,
};

/** For contract documents: larger, and loaded seldom. */
export const contractDocumentLimits: DocumentLimits = {
  ...defaultDocumentLimits,
  documentBytesMax: 64 * 1024 ** 2,
  depthMax: 256,
  nodesMax: 5_000_000,
};

/** Bounds on what the ledger keeps of bodies (`capture: full`). */
export interface KeepingLimits {
  /** Bytes of one body. Beyond, its beginning is kept, with a mark. */
  readonly bodyBytesMax: number;
  /** Bytes that a worker holds of bodies of exchanges under way. Beyond, bodies are cut earlier. */
  readonly heldBytesMax: number;
}

export const defaultKeepingLimits: KeepingLimits = {
  bodyBytesMax: 256 * 1024,
  heldBytesMax: 64 * 1024 ** 2,
};
