/** Name and password as `Authorization: Basic` (RFC 7617). */
import { hash, timingSafeEqual } from "node:crypto";
import { mapOf } from "#base/json-schema.ts";
import type { Problem } from "#base/problem.ts";
import type { ProofFinding, ProofKind, ProofOutcome, Proven } from "#extension/proof.ts";
import { isHash, readHash, storedPassword, type StoredPassword } from "./password.ts";
import { problems } from "./problems.ts";
import { createQueue } from "./queue.ts";

interface BasicCaller {
  readonly username: string;
  readonly password: { readonly secret: string };
}

interface Credentials {
  readonly username: string;
  readonly password: Buffer;
}

interface KnownUser {
  readonly proven: Proven;
  readonly stored: StoredPassword;
  /** SHA-256 of the last value of the field that was right: a hash is not made each time. */
  right: Buffer | undefined;
}

const field = "authorization";
/** Hashes that are made at once; each takes a thread and its memory for a while. */
const comparedMax = 4;
const waitingMax = 64;
const lengthMax = 4_096;

const caller = mapOf(
  "Name and password of this caller, as `Authorization: Basic`. For connections with TLS: on " +
    "others it can be read on the way, which `parlance check` warns of.",
  {
    username: {
      type: "string",
      description: "Its name, without a colon.",
      pattern: "^[^:\\x00-\\x1f\\x7f]{1,256}$",
      "x-expected": "1 to 256 characters without a colon",
    },
    password: {
      type: "string",
      description:
        "Its password, or the scrypt hash of it: `scrypt$N$r$p$salt$hash`. Keep it outside the " +
        "file: `${REPORTS_PASSWORD}`.",
      minLength: 1,
      maxLength: 1_024,
      writeOnly: true,
      "x-expected": "text of 1 to 1024 characters; put numbers in quotes",
    },
  },
  { required: ["username", "password"] },
);

export const basic: ProofKind<BasicCaller> = {
  name: "basic",
  authentication: "password",
  caller,
  options: undefined,
  problems: problems.definitions,
  check({ callers }) {
    const owners = new Map<string, string>();
    return callers.flatMap(({ name, options, source }): readonly ProofFinding[] => {
      const { username, password } = options;
      const owner = owners.get(username);
      owners.set(username, owner ?? name);
      const shared = `callers ${owner} and ${name} have the same username; expected one of them`;
      const fault = isHash(password.secret) ? readHash(password.secret) : undefined;
      return [
        ...(owner === undefined ? [] : [{ severity: "error", message: shared, source } as const]),
        ...(typeof fault === "string" ? [noHash(name, fault, source)] : []),
      ];
    });
  },
  explain({ callers }, request) {
    const credentials = read(request.field(field));
    if (credentials === undefined) {
      return { why: "no Authorization: Basic was sent", absent: true };
    }
    if (credentials === "malformed") return { why: "the credentials are not well-formed" };
    const found = callers.find(({ options }) => options.username === credentials.username);
    if (found === undefined) return { why: "no caller has this username" };
    const why = "by its username, if the password is right, which is not looked at here";
    return { why, caller: found.name };
  },
  create({ callers }) {
    const users = new Map<string, KnownUser>();
    for (const { index, options } of callers) {
      const { username, password } = options;
      const proven: Proven = { kind: "proven", caller: index, field, subject: username };
      users.set(username, { proven, stored: storedPassword(password.secret), right: undefined });
    }
    // Whoever is not known takes as long as somebody who is.
    const all = [...users.values()];
    const slow = all.find(({ stored }) => stored.kind === "hash");
    const anybody = (slow ?? all[0]) as KnownUser;
    const queue = createQueue(comparedMax, waitingMax);

    function settle(value: string, user: KnownUser | undefined, isRight: boolean): ProofOutcome {
      if (user === undefined || !isRight) {
        return refuse(problems["basic-wrong"]("no caller has this username with this password"));
      }
      user.right = digestOf(value);
      return user.proven;
    }

    async function compareHash(
      value: string,
      user: KnownUser | undefined,
      isRight: () => Promise<boolean>,
    ): Promise<ProofOutcome> {
      const found = await queue(isRight);
      if (found !== "full") return settle(value, user, found);
      const detail = `${waitingMax} wait for theirs to be compared`;
      return refuse(problems["basic-busy"](detail, { retryAfterS: 1 }));
    }

    return {
      prove(_request, value) {
        const credentials = read(value);
        if (value === undefined || credentials === undefined) return undefined;
        if (credentials === "malformed") {
          const detail = "expected `Basic` and base64 of a name, a colon and a password";
          return refuse(problems["basic-malformed"](detail));
        }
        const { username, password } = credentials;
        const user = users.get(username);
        if (user?.right !== undefined && timingSafeEqual(user.right, digestOf(value))) {
          return user.proven;
        }
        const { stored } = user ?? anybody;
        if (stored.kind === "digest") return settle(value, user, stored.isRight(password));
        return compareHash(value, user, () => stored.isRight(password));
      },
      challenge: ({ definition }) =>
        definition.httpStatus === 401 ? 'Basic realm="parlance", charset="UTF-8"' : undefined,
    };
  },
};

function refuse(problem: Problem): ProofOutcome {
  return { kind: "refused", problem, field };
}

function digestOf(value: string): Buffer {
  return hash("sha256", value, "buffer");
}

/** Undefined: it is none. A name is UTF-8, as the challenge says. */
function read(value: string | undefined): Credentials | "malformed" | undefined {
  if (value === undefined || !/^basic +/i.test(value)) return undefined;
  const text = value.slice("basic".length).trim();
  if (text.length > lengthMax || !/^[A-Za-z0-9+/]+=*$/.test(text)) return "malformed";
  const bytes = Buffer.from(text, "base64");
  const colon = bytes.indexOf(0x3a);
  if (colon < 0) return "malformed";
  return { username: bytes.toString("utf8", 0, colon), password: bytes.subarray(colon + 1) };
}

function noHash(name: string, fault: string, source: ProofFinding["source"]): ProofFinding {
  const message = `caller ${name}: \`password\` is no hash: ${fault}`;
  return { severity: "error", message, source };
}
