/** Lines and columns of offsets, for messages. */
export interface Position {
  /** Both 1-based; a column is a UTF-16 unit. */
  readonly line: number;
  readonly column: number;
}

export function positionAt(source: string, offset: number): Position {
  const tracker = createPositionTracker(source);
  return tracker(Math.min(offset, source.length));
}

/** Positions of growing offsets, each in the time from the last one. */
export function createPositionTracker(source: string): (offset: number) => Position {
  let line = 1;
  let lineStart = 0;
  let lineEnd = source.indexOf("\n");
  return (offset) => {
    while (lineEnd >= 0 && lineEnd < offset) {
      line += 1;
      lineStart = lineEnd + 1;
      lineEnd = source.indexOf("\n", lineStart);
    }
    return { line, column: offset - lineStart + 1 };
  };
}
