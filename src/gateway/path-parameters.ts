/**
 * Paths that mean one operation to the router and another one to services that cut parameters off
 * their segments, as servlet containers do: `/users/me;x` is `/users/{id}` here and `/users/me`
 * there. Who may call the first need not be allowed the second, so such requests are refused.
 */
import type { CompiledRoute, RoutableRequest, Router } from "./router.ts";

/** RFC 3986 §3.3 leaves their meaning to services. */
const parameters = /(?:;|%3b)(?:(?!%2f)[^/])*/gi;

/** @returns the path without parameters, if it is not `match` that takes it. */
export function otherPathOf(
  router: Router,
  request: RoutableRequest & { readonly hasPathParameters: boolean },
  match: CompiledRoute,
): string | undefined {
  if (!request.hasPathParameters) return undefined;
  const { method, host } = request;
  const path = request.path.replaceAll(parameters, "");
  const field = (name: string): string | undefined => request.field(name);
  return router.match({ method, host, path, field }) === match ? undefined : path;
}
