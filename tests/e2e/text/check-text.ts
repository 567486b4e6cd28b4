/** What `check` says of a contract, one line a finding. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { formatDiagnostic } from "#base/diagnostic.ts";
import { nodePlatform } from "#base/platform.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";

export async function checkText(
  scope: Pick<TestContext, "after">,
  {
    text = "",
    files,
    instance = "http://127.0.0.1:1",
  }: {
    /** More of the service `old`, in braces. */
    readonly text?: string;
    readonly files: Readonly<Record<string, string>>;
    readonly instance?: string;
  },
): Promise<string> {
  const folder = temporaryFolder(scope);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const path = join(folder, "parlance.yaml");
  const more = text === "" ? "" : `, ${text}`;
  const service = `{ contract: c.yaml, instances: ["${instance}"]${more} }`;
  writeFileSync(path, `version: 1\ncallers: open\nservices:\n  old: ${service}\n`);
  const { diagnostics } = await checkConfiguration({ path }, nodePlatform.files, () => {});
  return diagnostics
    .filter(({ severity }) => severity !== "info")
    .map(formatDiagnostic)
    .join("\n");
}
