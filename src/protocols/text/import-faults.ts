/** What means a declared fault: checked, and typed as far as it says more than a message. */
import type { TextFault } from "#contract/text-layout.ts";
import type { RecordType } from "#contract/types.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import type { DeclaredText } from "./declared.ts";
import { compileTemplate } from "./fault-template.ts";
import type { Path } from "./import-columns.ts";

export function importFaults(
  declared: DeclaredText,
  id: string,
  reporter: Reporter,
): readonly TextFault[] {
  const { answer, faults = {} } = declared.operations[id] ?? {};
  const path = ["operations", id];
  return Object.entries(faults).map(([name, fault]): TextFault => {
    const at = [...path, "faults", name];
    if (fault.match !== undefined) checkTemplate(fault.match, [...at, "match"], declared, reporter);
    else if (fault.status === undefined && fault.when === undefined) {
      const message = "what means the fault is not said; expected `match`, `when` or `status`";
      reporter.error(at, "missing-key", message);
    }
    const { kind, match, status, when, take } = fault;
    const names = [...Object.keys(when ?? {}), ...Object.values(take ?? {})];
    const wrong = names.find((one) => answer?.format === "xml" && !elementName.test(one));
    if (wrong !== undefined) {
      const message = `${JSON.stringify(wrong)} is no element's name; expected letters and digits`;
      reporter.error([...at, "when"], "bad-name", message);
    }
    if (take !== undefined && when === undefined) {
      reporter.error([...at, "take"], "missing-key", "`take` needs `when` beside it");
    }
    const said = {
      ...(when === undefined ? {} : { when }),
      ...(take === undefined ? {} : { take }),
    };
    return { name, kind, match, status, ...said };
  });
}

const elementName = /^(?:\/|[A-Za-z_][A-Za-z0-9_.-]*)$/;

/** What is captured beside code and message is the fault's detail. */
export function detailOf({ match, take = {} }: TextFault): RecordType | undefined {
  const template = match === undefined ? undefined : compileTemplate(match);
  const places = typeof template === "object" ? template.places : [];
  const fields = [...new Set([...places, ...Object.keys(take)])]
    .filter((name) => name !== "message")
    .map((name) => ({
      name,
      type: { kind: "string", whitespace: "preserve" } as const,
      presence: "required" as const,
      nullable: false,
    }));
  return fields.length === 0 ? undefined : { kind: "record", fields };
}

export function checkTemplate(
  template: string,
  path: Path,
  { charset }: DeclaredText,
  reporter: Reporter,
): void {
  const compiled = compileTemplate(template);
  if (typeof compiled === "string") reporter.error(path, "bad-template", compiled);
  const lacking = charsetOf(charset).lacking(template);
  if (lacking === undefined) return;
  reporter.error(path, "not-in-charset", `${charset} has no ${JSON.stringify(lacking)}`);
}
