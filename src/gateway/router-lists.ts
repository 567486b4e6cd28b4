/**
 * Routes of one path and one host, the most exact first. Where there are many, those that ask for a
 * field are found by its value, so that a thousand tenants on one path cost no more than one.
 */
import type { CompiledRoute } from "./compile-routes.ts";
import { conditionOrder } from "./router-order.ts";
import type { RoutableRequest } from "./router.ts";

export interface RouteList {
  /** In the order of `conditionOrder`, once finished. */
  readonly routes: CompiledRoute[];
  /** Undefined: there are so few that they are tried one after the other. */
  tables: readonly FieldTable[] | undefined;
  /** With tables: those that ask for no field; all others are more exact. */
  plain: readonly CompiledRoute[];
}

/** Routes that ask for a field, by the value that they ask for. */
interface FieldTable {
  readonly name: string;
  readonly byValue: ReadonlyMap<string, readonly CompiledRoute[]>;
}

const triedMax = 8;
const none: readonly never[] = [];

export function createList(): RouteList {
  return { routes: [], tables: undefined, plain: none };
}

export function finishList(list: RouteList): void {
  list.routes.sort(conditionOrder);
  if (list.routes.length <= triedMax) return;
  list.plain = list.routes.filter(({ headers }) => headers.length === 0);
  list.tables = tablesOf(list.routes.filter(({ headers }) => headers.length > 0));
}

/** Each route stands under that one of its fields which tells most routes apart. */
function tablesOf(routes: readonly CompiledRoute[]): readonly FieldTable[] {
  const values = new Map<string, Set<string>>();
  for (const { headers } of routes) {
    for (const [name, value] of headers) setIn(values, name, () => new Set()).add(value);
  }
  const tables = new Map<string, Map<string, CompiledRoute[]>>();
  for (const route of routes) {
    const [name, value] = route.headers.reduce((best, one) =>
      (values.get(one[0])?.size ?? 0) > (values.get(best[0])?.size ?? 0) ? one : best,
    );
    const byValue = setIn(tables, name, () => new Map<string, CompiledRoute[]>());
    setIn(byValue, value, () => []).push(route);
  }
  return [...tables].map(([name, byValue]) => ({ name, byValue }));
}

function setIn<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}

export function firstMatch(list: RouteList, request: RoutableRequest): CompiledRoute | undefined {
  const { tables } = list;
  if (tables === undefined) return firstOf(list.routes, request);
  let best: CompiledRoute | undefined;
  for (const table of tables) {
    const found = firstOf(underField(table, request), request);
    if (found === undefined) continue;
    if (best === undefined || conditionOrder(found, best) < 0) best = found;
  }
  return best ?? firstOf(list.plain, request);
}

/** All whose fields the request has, whatever its method. */
export function* fieldMatches(list: RouteList, request: RoutableRequest): Generator<CompiledRoute> {
  const { tables } = list;
  const lists =
    tables === undefined
      ? [list.routes]
      : [...tables.map((table) => underField(table, request)), list.plain];
  for (const routes of lists) {
    for (const route of routes) if (fieldsMatch(route, request)) yield route;
  }
}

function underField({ name, byValue }: FieldTable, request: RoutableRequest) {
  const value = request.field(name);
  return (value === undefined ? undefined : byValue.get(value)) ?? none;
}

function firstOf(
  routes: readonly CompiledRoute[],
  request: RoutableRequest,
): CompiledRoute | undefined {
  for (const route of routes)
    if (methodMatches(route, request) && fieldsMatch(route, request)) return route;
  return undefined;
}

function methodMatches({ methods }: CompiledRoute, request: RoutableRequest): boolean {
  return methods === undefined || methods.includes(request.method);
}

function fieldsMatch({ headers }: CompiledRoute, request: RoutableRequest): boolean {
  for (const header of headers) if (request.field(header[0]) !== header[1]) return false;
  return true;
}
