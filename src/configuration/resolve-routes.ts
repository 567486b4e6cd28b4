/** Routes of one service: those of the file, checked, and the prefix route where it belongs. */
import type { Route } from "./configuration.ts";
import type { DeclaredRoute, DeclaredService } from "./declared.ts";
import { checkPathTemplate } from "./path-template.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

const prefixRouteId = "default";

export function resolveRoutes(
  name: string,
  service: DeclaredService,
  reporter: Reporter,
): readonly Route[] {
  const path = ["services", name, "routes"];
  const routes: Route[] = [];
  const lines = new Map<string, number>();
  const hasPrefix =
    service.prefix ?? (service.routes.length === 0 && service.contract === undefined);
  for (const [index, declared] of service.routes.entries()) {
    const routePath = [...path, index];
    const { id } = declared;
    const source = reporter.placeOf([...routePath, "id"]);
    const earlier = lines.get(id);
    if (earlier !== undefined) {
      const message = `service ${name} has a route \`${id}\` in line ${earlier} already`;
      reporter.error([...routePath, "id"], "repeated-route-id", message);
    } else if (id === prefixRouteId && hasPrefix) {
      const message = `\`${id}\` is the id of the prefix route, which \`prefix: true\` asks for`;
      reporter.error([...routePath, "id"], "repeated-route-id", message);
    } else lines.set(id, source.line);
    checkRoute(declared, routePath, reporter);
    routes.push({
      id,
      host: declared.host?.toLowerCase(),
      path: declared.path,
      methods: declared.methods,
      headers: lowerNames(declared.headers, [...routePath, "headers"], reporter),
      stripPrefix: declared.stripPrefix,
      source,
    });
  }
  if (hasPrefix) {
    const source = reporter.placeOf(["services", name]);
    const stripPrefix = `/${name}`;
    const prefix = { host: undefined, path: `/${name}/*`, methods: [], headers: {}, stripPrefix };
    routes.push({ id: prefixRouteId, ...prefix, source });
  } else if (routes.length === 0 && service.contract === undefined) {
    const message = `nothing leads to service ${name}: it has no routes and \`prefix: false\``;
    reporter.error(["services", name, "prefix"], "no-routes", message);
  }
  return routes;
}

function checkRoute(route: DeclaredRoute, routePath: NodePath, reporter: Reporter): void {
  const { path, stripPrefix } = route;
  const pathError = checkPathTemplate(path);
  if (pathError !== undefined) {
    const message = `path ${JSON.stringify(path.slice(0, 200))} is not possible: ${pathError}`;
    reporter.error([...routePath, "path"], "bad-path", message);
    return;
  }
  if (stripPrefix === "") return;
  const shown = JSON.stringify(stripPrefix.slice(0, 200));
  const isLeading = path === stripPrefix || path.startsWith(`${stripPrefix}/`);
  if (isLeading && !stripPrefix.endsWith("/") && !/[{}*]/.test(stripPrefix)) return;
  const message =
    `stripPrefix ${shown} is not possible; expected leading whole segments of ` +
    `${JSON.stringify(path.slice(0, 200))} without {} and *, such as ${example(path)}`;
  reporter.error([...routePath, "stripPrefix"], "bad-strip-prefix", message);
}

function example(path: string): string {
  const literal = path.split(/\/[{*]/)[0] ?? "";
  return JSON.stringify(literal === "/" ? "" : literal.replace(/\/$/, ""));
}

function lowerNames(
  headers: Readonly<Record<string, string>>,
  path: NodePath,
  reporter: Reporter,
): Readonly<Record<string, string>> {
  const lowered: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (lower === "host") {
      const message =
        "the header `host` cannot be matched here; expected the key `host` of the route";
      reporter.error([...path, name], "bad-header", message);
    } else if (Object.hasOwn(lowered, lower)) {
      const message = `the header \`${lower}\` stands here twice, in different letters`;
      reporter.error([...path, name], "bad-header", message);
    }
    Object.defineProperty(lowered, lower, { value, enumerable: true, configurable: true });
  }
  return lowered;
}
