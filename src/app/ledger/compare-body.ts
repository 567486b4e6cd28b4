/** Whether a file that somebody shows is the body that passed, by the commitment in its entry. */
import { nodeDisk, nodePlatform } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { openBodies } from "#ledger/bodies/read-bodies.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import { diskProblem, trying } from "#ledger/store/problems.ts";
import { noSuchEntry } from "./no-such-entry.ts";
import { openKeys } from "./open-keys.ts";
import { askWhileWritten } from "./while-written.ts";

export interface ComparedBody {
  /** Of the ledger. */
  readonly path: string;
  readonly exchange: string;
  readonly which: "requestBody" | "responseBody";
  readonly file: string;
}

/** More than a body that anybody compares has. */
const fileBytesMax = 1024 ** 3;
const tooLong = `it is longer than ${fileBytesMax} bytes, the most that are compared`;

export async function compareBody(asked: ComparedBody): Promise<boolean | Problem> {
  const { path, exchange, which, file } = asked;
  let bytes: Buffer;
  try {
    // Its beginning would be told not to be what passed, which the whole of it may be.
    if ((nodeDisk.stat(file)?.size ?? 0) > fileBytesMax) throw new Error(tooLong);
    bytes = nodePlatform.files.readUpTo(file, fileBytesMax);
  } catch (error) {
    return diskProblem(error, `read ${file}`);
  }
  return askWhileWritten(path, (reader) => {
    const entry = reader
      .findEntries(exchange)
      .map((index) => decodeEntry(reader.entry(index)))
      .findLast((one) => one.kind === "exchange");
    if (entry === undefined) return noSuchEntry(reader, `outcome of the exchange ${exchange}`);
    const keys = openKeys(nodePlatform.random, path);
    if (isProblem(keys)) return keys;
    return trying("read what is kept of the exchange", () =>
      openBodies(nodeDisk, path, keys).check(entry, which, bytes),
    );
  });
}
