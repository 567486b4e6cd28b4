/** All commands, in the order of the help. */
import type { Command } from "./command.ts";
import { check } from "./commands/check.ts";
import { demo } from "./commands/demo.ts";
import { explain } from "./commands/explain.ts";
import { init } from "./commands/init.ts";
import { start } from "./commands/start.ts";

export const commands: readonly Command[] = [start, demo, init, check, explain];
