/** What tokens are refused with. */
import { defineProblems } from "#base/problem.ts";

const refused = { httpStatus: 401, faultKind: "unauthenticated", blame: "client" } as const;

export const problems = defineProblems({
  "token-malformed": { title: "The token is not well-formed", ...refused },
  "token-too-large": { title: "The token is too large", ...refused },
  "token-algorithm": { title: "The token is signed by an algorithm that is not taken", ...refused },
  "token-unknown-issuer": { title: "The token is of an issuer that is not known", ...refused },
  "token-unknown-key": { title: "The token is signed by a key that is not known", ...refused },
  "token-signature": { title: "The token's signature is wrong", ...refused },
  "token-expired": { title: "The token is not valid any more", ...refused },
  "token-not-yet-valid": { title: "The token is not valid yet", ...refused },
  "token-claims": { title: "A claim of the token is not what it has to be", ...refused },
  "token-inactive": { title: "The token does not count, by the word of its issuer", ...refused },
  "issuer-unavailable": {
    title: "The issuer of tokens cannot be asked",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
});
