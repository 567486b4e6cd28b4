/**
 * Keys in headers: in `X-Api-Key`, or as a bearer token (RFC 6750 §2.1). A request may have both,
 * of which the second is often for the service; but a key of ours is nothing that a service sees.
 */
import type { Problem } from "#base/problem.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";
import type { Authorization } from "./authorization.ts";
import { problems } from "./problems.ts";

type Field = (lowerCaseName: string) => string | undefined;

/** The key that a request presents: `X-Api-Key`, else a bearer token. */
export function presentedKey(field: Field): string | undefined {
  return field("x-api-key") ?? bearerIn(field("authorization"));
}

/** What stands beside `X-Api-Key`; without that, it is the key itself. */
export function bearerBeside(field: Field): string | undefined {
  return field("x-api-key") === undefined ? undefined : bearerIn(field("authorization"));
}

export function bearerIn(credentials: string | undefined): string | undefined {
  if (credentials === undefined || !/^bearer +/i.test(credentials)) return undefined;
  return credentials.slice("bearer".length).trim();
}

/**
 * What is no key is for the service.
 * @param caller whom the key in `X-Api-Key` is of.
 */
export function conflictBeside(
  bearer: string | undefined,
  caller: number,
  authorization: Authorization,
): Problem | undefined {
  const other = bearer === undefined ? undefined : authorization.callerOf(bearer);
  if (other === undefined || other === caller) return undefined;
  return problems["credentials-conflict"]("X-Api-Key has another key than Authorization: Bearer");
}

/** Where it is a key, that it says the same as `X-Api-Key` is known. */
export function dropBearerBeside(head: RequestHead, authorization: Authorization): void {
  if (!head.has(fieldNames["x-api-key"]) || !head.has(fieldNames.authorization)) return;
  const bearer = bearerBeside((name) => head.field(name));
  if (bearer !== undefined && authorization.callerOf(bearer) !== undefined)
    head.drop("authorization");
}

const credentialFields = ["authorization", "x-api-key"] as const;

/** Two readers of such a request may take different ones. */
export function fieldSentTwice(head: RequestHead): Problem | undefined {
  for (const name of credentialFields) {
    const id = fieldNames[name];
    if (!head.has(id)) continue;
    let count = 0;
    for (let index = 0; index < head.fieldCount; index++) if (head.ids[index] === id) count++;
    if (count > 1) return problems["credentials-duplicate"](`${name} was sent ${count} times`);
  }
  return undefined;
}
