/** Who does what becomes an entry of the ledger: as said, or the user of this system. */
import { userInfo } from "node:os";
import { UsageError, type CommandInput } from "./command.ts";

/** @param nameOfUser throws where the system has no name for the user, as in many containers. */
export function actorOf(
  input: Pick<CommandInput, "text">,
  nameOfUser = (): string => userInfo().username,
): string {
  const by = input.text("by");
  if (by?.trim() === "") {
    throw new UsageError(`--by is ${JSON.stringify(by)}; expected a name, to be put on record`);
  }
  if (by !== undefined) return by;
  try {
    return nameOfUser();
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
