/** All commands, in the order of the help. */
import type { Command } from "./command.ts";
import { cachePurge } from "./commands/cache-purge.ts";
import { call } from "./commands/call.ts";
import { check } from "./commands/check.ts";
import { demo } from "./commands/demo.ts";
import { describe } from "./commands/describe.ts";
import { doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { importCommand } from "./commands/import.ts";
import { init } from "./commands/init.ts";
import { key } from "./commands/key.ts";
import { ledgerCompare } from "./commands/ledger-compare.ts";
import { ledgerErase } from "./commands/ledger-erase.ts";
import { ledgerExport } from "./commands/ledger-export.ts";
import { ledgerProve } from "./commands/ledger-prove.ts";
import { ledgerRotateKey } from "./commands/ledger-rotate-key.ts";
import { ledgerShow } from "./commands/ledger-show.ts";
import { ledgerTail } from "./commands/ledger-tail.ts";
import { ledgerVerify } from "./commands/ledger-verify.ts";
import { start } from "./commands/start.ts";

export const commands: readonly Command[] = [
  start,
  demo,
  init,
  importCommand,
  check,
  describe,
  call,
  explain,
  key,
  doctor,
  cachePurge,
  ledgerVerify,
  ledgerProve,
  ledgerShow,
  ledgerTail,
  ledgerCompare,
  ledgerExport,
  ledgerErase,
  ledgerRotateKey,
];
