/** The verdict on the bytes that a caller got, computed from those bytes alone. */
import { lenientReadings, strictReading } from "./message-rules.ts";
import { readResponses, type SeenResponse } from "./read-responses.ts";

/** A status that only a smuggled answer has. */
const markerStatus = 299;

export interface AnswerEvidence {
  readonly received: Buffer;
  readonly methods: readonly string[];
  readonly closed: boolean;
}

export function judgeAnswers(evidence: AnswerEvidence): string[] {
  const { received, methods, closed } = evidence;
  const reasons: string[] = [];
  const strict = readResponses(received, methods, closed, strictReading);
  if (strict.error !== undefined) reasons.push(`strict: ${strict.error}`);
  if (strict.unfinishedHead) reasons.push("strict: a head without an end");
  const finals = strict.messages.filter((message) => message.status >= 200);
  if (finals.length > methods.length) {
    reasons.push(`${finals.length} answers to ${methods.length} requests`);
  }
  for (const message of strict.messages) reasons.push(...judgeMessage(message));
  for (const rules of lenientReadings) {
    const lenient = readResponses(received, methods, closed, rules);
    if (lenient.messages.some((message) => message.status === markerStatus)) {
      reasons.push(`${rules.name}: the smuggled answer is an answer`);
    }
    if (strict.error === undefined && lenient.error !== undefined) {
      reasons.push(`${rules.name}: gives up: ${lenient.error}`);
    }
    if (strict.messages.length !== lenient.messages.length) {
      reasons.push(`${rules.name}: sees ${lenient.messages.length} answers`);
      continue;
    }
    for (const [index, one] of strict.messages.entries()) {
      const other = lenient.messages[index] as SeenResponse;
      if (one.status !== other.status || one.body !== other.body) {
        reasons.push(`${rules.name}: sees another answer ${index}`);
      }
    }
  }
  return [...new Set(reasons)];
}

function judgeMessage(message: SeenResponse): string[] {
  const reasons: string[] = [];
  if (message.status === markerStatus) reasons.push("strict: the smuggled answer is an answer");
  if (message.status === 101) reasons.push("101 without a request to upgrade");
  if (message.status < 100 || message.status > 599) reasons.push(`status ${message.status}`);
  if (message.version === "HTTP/1.0" && message.framing === "chunked") {
    reasons.push("Transfer-Encoding in HTTP/1.0");
  }
  const names = message.fields.map(([name]) => name);
  for (const name of ["keep-alive", "proxy-connection", "te", "upgrade"]) {
    if (names.includes(name)) reasons.push(`hop-by-hop ${name} passed to the caller`);
  }
  return reasons;
}
