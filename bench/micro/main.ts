/** `npm run bench:micro [-- --tiny]`: every benchmark of this folder, one after the other. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const names = [
  ...["exchange", "record", "router", "identity", "policies", "policy-costs"],
  ...["json", "xml", "soap", "proto-files", "ledger-verify"],
];

for (const name of names) {
  console.log(name);
  const file = join(import.meta.dirname, `${name}.ts`);
  const { status } = spawnSync(process.execPath, [file, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
