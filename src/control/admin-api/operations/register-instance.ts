/** POST /api/v1/services/{service}/leases */
import type { LeaseRefusal } from "#discovery/leases.ts";
import type { Operation, OperationAnswer } from "#control/admin-api/operation.ts";
import { shownLease } from "#control/admin-api/shown-lease.ts";
import { problems } from "#control/problems.ts";

const ttlMs = { name: "ttlMs", byDefault: 30_000, min: 1_000, max: 86_400_000 };
const weight = { name: "weight", byDefault: 100, min: 1, max: 1_000 };
const priority = { name: "priority", byDefault: 0, min: 0, max: 65_535 };
const zoneForm = /^[\x21-\x7e]{1,64}$/;

export const registerInstance: Operation = ({ estate, parameters, query }) => {
  const service = parameters["service"] ?? "";
  const { services } = estate.revision.configuration;
  if (!services.some(({ name }) => name === service)) {
    const known = services.map(({ name }) => name).join(", ");
    const shown = JSON.stringify(service.slice(0, 100));
    const detail = `service is ${shown}; there are ${known.slice(0, 500)}`;
    return { kind: "problem", problem: problems["unknown-service"](detail) };
  }
  const url = query.get("url") ?? "";
  if (url === "") return wrong("url is missing; expected http://host:port/base or https://");
  const numbers = [ttlMs, weight, priority].map((one) => readNumber(one, query));
  const bad = numbers.find((found) => typeof found === "string");
  if (bad !== undefined) return wrong(bad);
  const [time, share, rank] = numbers as readonly number[];
  const zone = query.get("zone") ?? undefined;
  if (zone !== undefined && !zoneForm.test(zone)) {
    return wrong("zone is not possible; expected 1 to 64 visible ASCII characters without spaces");
  }
  const lease = estate.leases.register({
    ...{ service, url, zone, ttlMs: time as number },
    ...{ weight: share, priority: rank === 0 ? undefined : rank },
  });
  if ("refused" in lease) return refusal(lease);
  return { kind: "json", status: 201, value: shownLease(lease) };
};

interface WholeNumber {
  readonly name: string;
  readonly byDefault: number;
  readonly min: number;
  readonly max: number;
}

/** @returns the text that says what is wrong with it. */
function readNumber(
  { name, byDefault, min, max }: WholeNumber,
  query: URLSearchParams,
): number | string {
  const text = query.get(name);
  if (text === null) return byDefault;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  const shown = JSON.stringify(text.slice(0, 100));
  return `${name} is ${shown}; expected a whole number from ${min} to ${max}`;
}

function refusal({ refused, detail }: LeaseRefusal): OperationAnswer {
  if (refused === "not-taken") {
    return { kind: "problem", problem: problems["leases-not-taken"](detail) };
  }
  if (refused === "full") return { kind: "problem", problem: problems["too-many-leases"](detail) };
  return wrong(detail);
}

function wrong(detail: string): OperationAnswer {
  return { kind: "problem", problem: problems["bad-parameter"](detail) };
}
