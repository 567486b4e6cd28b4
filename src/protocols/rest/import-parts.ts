/** Values of several segments, which our own descriptions have in parts, put together again. */
import { pathVariable } from "#contract/path-segments.ts";
import { child, isTrueAt, textAt, type Located } from "#formats/json-schema/located.ts";
import type { OperationView, ParameterView } from "./import-view.ts";

export function joinParts(view: OperationView): OperationView {
  let { path } = view;
  const isOpen = (name: string) =>
    view.parameters.some(({ at }) => {
      const own = ownOf(at);
      return own !== undefined && textAt(own, "of") === name && isTrueAt(own, "rest");
    });
  const joined = new Set<string>();
  const parameters = view.parameters.flatMap((parameter): readonly ParameterView[] => {
    const own = ownOf(parameter.at);
    const name = own && textAt(own, "of");
    const whole = own && textAt(own, "whole");
    if (name === undefined || whole === undefined || parameter.in !== "path") return [parameter];
    if (joined.has(name)) return [];
    const pattern = whole.replaceAll(pathVariable, "*");
    const spelled = isOpen(name) ? pattern.replace(/\*$/, "**") : pattern;
    if (!path.includes(whole) || !/^[^{}]+$/.test(name)) return [parameter];
    joined.add(name);
    path = path.replace(whole, () => `{${name}=${spelled}}`);
    const { documentation: _, ...plain } = parameter;
    return [{ ...plain, name, schema: undefined }];
  });
  return { ...view, path, parameters };
}

function ownOf(at: Located): Located | undefined {
  return child(at, "x-parlance");
}
