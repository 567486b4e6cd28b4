/** A place in a text that is read line by line, with the column of the line's content. */
export interface TextCursor {
  /** Of what is not read yet. */
  at: number;
  /** Spaces before what the line says, -1 at the end of the text; readers may set it. */
  column: number;
  /** Whether nothing but a comment is left in the line; then goes to the next with content. */
  readonly endLine: () => boolean;
  readonly skipSpaces: () => void;
  /** @param pattern sticky. */
  readonly take: (pattern: RegExp) => string | undefined;
  readonly isAt: (pattern: RegExp) => boolean;
  /** Whether an item of a list begins here. */
  readonly isItem: () => boolean;
}

const SPACE = 0x20;
const LINE_FEED = 0x0a;
const HASH = 0x23;
const DASH = 0x2d;

/** At the first line that says something. */
export function createTextCursor(text: string): TextCursor {
  const cursor: TextCursor = {
    at: 0,
    column: 0,
    endLine() {
      const before = cursor.at;
      cursor.skipSpaces();
      const unit = text.charCodeAt(cursor.at);
      const isOver = cursor.at >= text.length || unit === LINE_FEED;
      if (!isOver && !(unit === HASH && cursor.at > before)) return false;
      const end = text.indexOf("\n", cursor.at);
      toLine(end < 0 ? text.length : end + 1);
      return true;
    },
    skipSpaces() {
      while (text.charCodeAt(cursor.at) === SPACE) cursor.at++;
    },
    take(pattern) {
      pattern.lastIndex = cursor.at;
      const found = pattern.exec(text)?.[0];
      if (found !== undefined) cursor.at += found.length;
      return found;
    },
    isAt(pattern) {
      pattern.lastIndex = cursor.at;
      return pattern.test(text);
    },
    isItem: () => text.charCodeAt(cursor.at) === DASH && text.charCodeAt(cursor.at + 1) === SPACE,
  };

  function toLine(lineStart: number): void {
    for (let start = lineStart; start < text.length;) {
      let first = start;
      while (text.charCodeAt(first) === SPACE) first++;
      const unit = text.charCodeAt(first);
      if (unit !== LINE_FEED && unit !== HASH && first < text.length) {
        cursor.at = first;
        cursor.column = first - start;
        return;
      }
      const end = text.indexOf("\n", first);
      if (end < 0) break;
      start = end + 1;
    }
    cursor.at = text.length;
    cursor.column = -1;
  }

  toLine(0);
  return cursor;
}
