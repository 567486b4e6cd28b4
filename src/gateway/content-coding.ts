/** Content codings (RFC 9110 §8.4), which no message that is translated may have. */
import type { Problem } from "#base/problem.ts";
import { problems } from "./problems.ts";

/** Deviation: `none`, because services on graphql-yoga call their streams so against proxies. */
export function isCoded(coding: string | undefined): coding is string {
  return coding !== undefined && !/^(?:[ \t,]|identity|none)*$/i.test(coding);
}

/** No coding was offered to anybody: RFC 9110 §8.4, §12.5.3. */
export function codingProblem(coding: string, whose: "client" | "service"): Problem {
  const detail = `the Content-Encoding is ${coding.slice(0, 100)}; expected none`;
  return whose === "client"
    ? problems["content-coding-unsupported"](detail)
    : problems["answer-coding-unsupported"](detail);
}
