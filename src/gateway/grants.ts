/**
 * What `may` of one caller allows. Patterns alone are bits, one a route; those that hold for some
 * methods or scopes only are compared when the bits do not allow it.
 */
import type { Configuration, Grant, Service } from "#configuration/configuration.ts";
import { effectiveMethods } from "./compile-routes.ts";

/** What grants may depend on. */
export interface Asked {
  /** Undefined: the proof of who calls says nothing of them. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** Undefined: there is no request; operations of contracts have methods of their own. */
  readonly method?: string;
}

/** A grant that does not hold for whatever is asked. */
export interface NarrowGrant {
  readonly ranges: readonly Range[];
  /** Undefined: any. */
  readonly methods: ReadonlySet<string> | undefined;
  /** All of them. */
  readonly scopes: readonly string[];
}

type Range = readonly [from: number, to: number];

export interface CompileGrants {
  readonly routeCount: number;
  /** Sets a bit for each route that is allowed without more. @returns the others. */
  compile(may: readonly Grant[], bits: Uint32Array): readonly NarrowGrant[];
  allows(grant: NarrowGrant, route: number, asked: Asked | undefined): boolean;
  /** Whether it would be allowed if the scopes were there. */
  covers(grant: NarrowGrant, route: number, method: string | undefined): boolean;
}

export function createGrants({ services }: Configuration): CompileGrants {
  const ranges = new Map<string, Range[]>();
  const methodsByRoute: (readonly string[] | undefined)[] = [];
  const add = (pattern: string, range: Range): void => {
    const known = ranges.get(pattern);
    if (known === undefined) ranges.set(pattern, [range]);
    else known.push(range);
  };
  let routeCount = 0;
  for (const service of services) {
    const { name, routes } = service;
    const methodsByOperation = operationMethods(service);
    add(`${name}.*`, [routeCount, routeCount + routes.length]);
    for (const { id, operation } of routes) {
      const own = operation === undefined ? undefined : methodsByOperation.get(operation);
      if (own !== undefined) methodsByRoute[routeCount] = own;
      const range: Range = [routeCount, ++routeCount];
      add(`${name}.${id}`, range);
      // An operation is the same at whatever address it is called.
      if (operation !== undefined && operation !== id) add(`${name}.${operation}`, range);
    }
  }
  add("*", [0, routeCount]);

  const covers: CompileGrants["covers"] = ({ ranges: own, methods }, route, method) => {
    if (!own.some(([from, to]) => route >= from && route < to)) return false;
    if (methods === undefined) return true;
    const called = methodsByRoute[route];
    if (called !== undefined) return called.some((one) => methods.has(one));
    return method !== undefined && methods.has(method);
  };

  return {
    routeCount,
    compile(may, bits) {
      const narrow: NarrowGrant[] = [];
      for (const grant of may) {
        const {
          operations,
          methods,
          scopes = [],
        } = typeof grant === "string" ? { operations: grant } : grant;
        const own = ranges.get(operations) ?? [];
        if (methods === undefined && scopes.length === 0) {
          for (const range of own) setBits(bits, range);
        } else if (own.length > 0) {
          const wanted = methods === undefined ? undefined : effectiveMethods(methods);
          narrow.push({ ranges: own, methods: wanted && new Set(wanted), scopes });
        }
      }
      return narrow;
    },
    covers,
    allows(grant, route, asked) {
      if (!covers(grant, route, asked?.method)) return false;
      return grant.scopes.every((scope) => asked?.scopes?.has(scope) === true);
    },
  };
}

/**
 * How operations of a contract are called in REST: that counts in whichever dialect they are
 * called, since the others have one method for all.
 */
function operationMethods({ routes }: Service): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, readonly string[]>();
  for (const { id, operation, face, methods: own } of routes) {
    if (operation === id && face === "rest" && own.length > 0) methods.set(id, own);
  }
  return methods;
}

function setBits(bits: Uint32Array, [from, to]: Range): void {
  for (let route = from; route < to; route++)
    bits[route >>> 5] = (bits[route >>> 5] as number) | (1 << (route & 31));
}
