/** Comments, processing instructions and the XML declaration: checked, and read over. */
import { isSpace } from "./characters.ts";
import type { XmlScan } from "./scan.ts";

/** Offset behind the comment that begins here. A DOCTYPE is refused: no DTD is ever read. */
export function skipComment(scan: XmlScan, start: number): number {
  const { source } = scan;
  if (!source.startsWith("<!--", start)) {
    if (source.startsWith("<!DOCTYPE", start)) {
      scan.fail("a document type declaration (<!DOCTYPE) is not accepted", start);
    }
    scan.fail("expected a comment or a CDATA section behind <!", start);
  }
  const close = source.indexOf("--", start + 4);
  if (close < 0) scan.fail("a comment is not closed", start);
  if (source.charCodeAt(close + 2) !== 62) scan.fail("-- may not stand in a comment", close);
  scan.checkCharacters(start + 4, close);
  return close + 3;
}

/** Offset behind the processing instruction that begins here. */
export function skipInstruction(scan: XmlScan, start: number): number {
  const { source } = scan;
  const end = scan.name(start + 2, "instruction");
  if (scan.colon >= 0) scan.fail("a processing instruction has no colon in its name", start);
  if (source.slice(start + 2, end).toLowerCase() === "xml") {
    scan.fail("an XML declaration may only stand at the very beginning", start);
  }
  const close = source.indexOf("?>", end);
  if (close < 0) scan.fail("a processing instruction is not closed", start);
  if (close !== end && !isSpace(source.charCodeAt(end))) {
    scan.fail("expected white space behind the name of a processing instruction", end);
  }
  scan.checkCharacters(end, close);
  return close + 2;
}

const declaration = new RegExp(
  "<\\?xml[ \\t\\r\\n]+version[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:\"1\\.0\"|'1\\.0')" +
    "(?:[ \\t\\r\\n]+encoding[ \\t\\r\\n]*=[ \\t\\r\\n]*" +
    "(?:\"[A-Za-z][\\w.-]*\"|'[A-Za-z][\\w.-]*'))?" +
    "(?:[ \\t\\r\\n]+standalone[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:\"(?:yes|no)\"|'(?:yes|no)'))?" +
    "[ \\t\\r\\n]*\\?>",
  "y",
);

const declarationLengthMax = 512;

/** Offset behind the XML declaration, or where it would stand. */
export function skipDeclaration(scan: XmlScan, start: number): number {
  const { source } = scan;
  if (!source.startsWith("<?xml", start) || !isSpace(source.charCodeAt(start + 5))) return start;
  declaration.lastIndex = 0;
  const head = source.slice(start, start + declarationLengthMax);
  if (!declaration.test(head)) {
    scan.fail('expected <?xml version="1.0" encoding="..."?>, and nothing else in it', start);
  }
  return start + declaration.lastIndex;
}
