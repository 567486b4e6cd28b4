/**
 * What a service, or somebody who can write into its answers, does to make a caller or the
 * gateway see another answer. The service sends these bytes to the first request.
 */
import type { AnswerStep } from "#tests/support/recording-upstream.ts";

export interface AnswerVector {
  readonly name: string;
  readonly class: string;
  readonly source: string;
  /** Of the first request; GET without it. */
  readonly method?: string;
  readonly answer: readonly AnswerStep[];
  /** Sent as soon as the head of the first request is there, before its body. */
  readonly early?: boolean;
  /** The caller must get 502 or see that the answer is not whole. */
  readonly mustBeCut?: boolean;
  /** Statuses that the caller's first final answer may have; undefined: any, or none. */
  readonly status?: readonly number[];
}

/** What must never be seen as an answer. */
export const smuggledAnswer =
  "HTTP/1.1 299 Smuggled\r\nContent-Length: 8\r\nX-Marker: smuggled\r\n\r\nsmuggled";

export const faulty = [502] as const;
export const fine = [200] as const;
export const cut = { mustBeCut: true } as const;
export const pause = { pauseMs: 60 } as const;
export const ok = "HTTP/1.1 200 OK\r\n";

type Row = readonly [
  name: string,
  source: string,
  answer: string | readonly AnswerStep[],
  status?: readonly number[] | undefined,
  more?: Pick<Partial<AnswerVector>, "method" | "early" | "mustBeCut">,
];

export function answersOf(className: string, rows: readonly Row[]): AnswerVector[] {
  return rows.map(([name, source, answer, status, more]) => ({
    name,
    class: className,
    source,
    answer: typeof answer === "string" ? [answer] : answer,
    ...(status === undefined ? {} : { status }),
    ...more,
  }));
}

export function withFields(
  fields: string,
  body: string = smuggledAnswer,
  status = "200 OK",
): string {
  return `HTTP/1.1 ${status}\r\n${fields}\r\n\r\n${body}`;
}

const size = smuggledAnswer.length.toString(16);
export const chunkedAnswer = `${size}\r\n${smuggledAnswer}\r\n0\r\n\r\n`;
