/**
 * What entries of one revision have in common, encoded once: its id, the place of each route, each
 * caller, each instance.
 */
import type { Instance } from "#configuration/configuration.ts";
import type { CompiledRoute } from "#gateway/compile-routes.ts";
import type { Authentication } from "#gateway/exchange-record.ts";
import type { Snapshot } from "#gateway/snapshot.ts";
import { EntryWriter, type ConstantPart } from "#ledger/entry/entry-writer.ts";
import { fields } from "#ledger/entry/fields.ts";

const writer = new EntryWriter();
const scratch = Buffer.alloc(4_096);
const { service, route, operation, template, instance, caller, authentication } = fields;

/** What it takes of a snapshot. */
export interface EntrySource extends Pick<Snapshot, "callerName"> {
  readonly revision: Pick<Snapshot["revision"], "id">;
}

const callersKept = 10_000;

export class EntryParts {
  readonly revisionId: Buffer;
  /** By `CompiledRoute.index`. */
  readonly #places: (ConstantPart | undefined)[] = [];
  /** Those seen lately, by place of the caller and how it was recognized. */
  readonly #callers = new Map<number, ConstantPart>();
  readonly #instances = new Map<Instance, ConstantPart>();
  readonly #callerName: Snapshot["callerName"];

  constructor(snapshot: EntrySource) {
    this.revisionId = Buffer.from(snapshot.revision.id, "hex");
    this.#callerName = snapshot.callerName;
  }

  /** Where an exchange went, unless its document told another operation than the route. */
  placeOf(compiled: CompiledRoute): ConstantPart {
    return (this.#places[compiled.index] ??= encodePlace(compiled));
  }

  callerOf(index: number | undefined, how: Authentication): ConstantPart {
    const key = (index === undefined ? 0 : index + 1) * 16 + authenticationCodes[how];
    const found = this.#callers.get(key);
    if (found !== undefined) return found;
    if (this.#callers.size >= callersKept) this.#callers.clear();
    writer.beginMap(scratch, 0);
    if (index !== undefined) writer.text(caller.key, this.#callerName(index), caller.max);
    writer.uint(authentication.key, authenticationCodes[how]);
    const part = writer.takeConstant(index === undefined ? authentication.key : caller.key);
    this.#callers.set(key, part);
    return part;
  }

  instanceOf(asked: Instance): ConstantPart {
    const found = this.#instances.get(asked);
    if (found !== undefined) return found;
    writer.beginMap(scratch, 0);
    writer.text(instance.key, asked.url, instance.max);
    const part = writer.takeConstant(instance.key);
    this.#instances.set(asked, part);
    return part;
  }
}

const authenticationCodes = Object.fromEntries(
  authentication.names.map((name, code) => [name, code]),
) as Readonly<Record<(typeof authentication.names)[number], number>>;

function encodePlace(compiled: CompiledRoute): ConstantPart {
  writer.beginMap(scratch, 0);
  writePlace(writer, compiled, compiled.route.operation);
  return writer.takeConstant(service.key);
}

export function writePlace(
  out: EntryWriter,
  compiled: CompiledRoute,
  called: string | undefined,
): void {
  out.text(service.key, compiled.service.name, service.max);
  out.text(route.key, compiled.route.id, route.max);
  if (called !== undefined) out.text(operation.key, called, operation.max);
  out.text(template.key, compiled.route.path, template.max);
}
