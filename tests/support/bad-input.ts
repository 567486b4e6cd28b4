/** Loads a faulty configuration and holds its findings to their exact places and words. */
import assert from "node:assert/strict";
import { brief, loadText } from "./load-text.ts";

export interface BadInput {
  readonly name: string;
  readonly text: string | Buffer;
  /** `line:column severity code`, or the same followed by words of the message or suggestion. */
  readonly expected: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export const ok = `version: 1\nservices: { orders: { instances: ["http://127.0.0.1:9101"] } }\n`;
export const open = `${ok}callers: open\n`;

export function assertFindings({ text, env = {}, expected }: BadInput): void {
  const loaded = loadText(text, { env });
  const { configuration } = loaded;
  // Most cases are open to anybody so that there is one finding less.
  const isAboutOpen = expected.some((wanted) => wanted.includes("open-to-anybody"));
  const diagnostics = loaded.diagnostics.filter(
    ({ code }) => isAboutOpen || code !== "open-to-anybody",
  );
  assert.equal(diagnostics.length, expected.length, JSON.stringify(diagnostics, null, 1));
  for (const [index, wanted] of expected.entries()) {
    const found = diagnostics[index];
    assert.ok(found !== undefined);
    const { message, suggestion } = found;
    const hint = suggestion === undefined ? "" : ` (${suggestion})`;
    const whole = `${brief(found)} ${message}${hint}`;
    const [, place = "", words = ""] = /^(\S+ \w+ \S+) ?(.*)$/s.exec(wanted) ?? [];
    if (place.includes(":")) assert.ok(whole.startsWith(place), `${whole}\nbegins with ${place}`);
    assert.ok(whole.includes(words), `${whole}\nholds ${words}`);
    assert.ok(!whole.includes("secret"), "no secret is shown");
  }
  const isRefused = expected.some((wanted) => wanted.includes(" error "));
  assert.equal(configuration === undefined, isRefused);
}
