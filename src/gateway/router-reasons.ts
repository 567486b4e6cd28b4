/** Why a route does not match a request, in words; for `explain`, not for the data plane. */
import { normalPath } from "#contract/path-spelling.ts";
import { captureIn } from "#contract/segment-form.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { PathPattern } from "./router-path.ts";
import { routableHost, type RoutableRequest } from "./router.ts";

/** All conditions that fail, path first; empty: the route matches. */
export function whyNot(route: CompiledRoute, request: RoutableRequest): readonly string[] {
  const reasons: string[] = [];
  const path = whyNotPath(route.pattern, request.path);
  if (path !== undefined) reasons.push(`path: ${path}`);
  const host = routableHost(request);
  if (route.host !== undefined && !hostMatches(route.host, host))
    reasons.push(`host: it is "${host}", the route is for ${route.route.host}`);
  for (const [name, wanted] of route.headers) {
    const value = request.field(name);
    if (value === wanted) continue;
    const found = value === undefined ? "is missing" : `is "${value}"`;
    reasons.push(`header: ${name} ${found}, the route wants "${wanted}"`);
  }
  if (route.methods !== undefined && !route.methods.includes(request.method))
    reasons.push(`method: it is ${request.method}, the route is for ${route.methods.join(", ")}`);
  return reasons;
}

export function pathMatches(pattern: PathPattern, path: string): boolean {
  return whyNotPath(pattern, path) === undefined;
}

function whyNotPath(pattern: PathPattern, path: string): string | undefined {
  if (!path.startsWith("/")) return `"${path}" is no path`;
  const sent = normalPath(path).slice(1).split("/");
  for (const [index, { kind, text, form }] of pattern.segments.entries()) {
    const found = sent[index];
    const wanted = kind === "literal" ? `"${text}"` : form === undefined ? `{${text}}` : text;
    if (found === undefined) return `it ends before segment ${index + 1}, ${wanted}`;
    const isOther =
      kind === "literal"
        ? found !== text
        : form !== undefined && captureIn(form, found) === undefined;
    if (isOther) return `segment ${index + 1} is "${found}", the route wants ${wanted}`;
    if (kind === "parameter" && found === "")
      return `segment ${index + 1} is empty, the route wants ${wanted}`;
  }
  const rest = sent.slice(pattern.segments.length).join("/");
  const { restForm } = pattern;
  if (restForm !== undefined) {
    if (captureIn(restForm, rest) !== undefined) return undefined;
    return `it ends in "/${rest}", the route wants "/${restForm.pieces.join("*")}"`;
  }
  if (pattern.rest || sent.length === pattern.segments.length) return undefined;
  return `it goes on with "/${rest}", the route ends before it`;
}

function hostMatches(wanted: string, host: string): boolean {
  if (!wanted.startsWith(".")) return wanted === host;
  return host.length > wanted.length && host.endsWith(wanted);
}
