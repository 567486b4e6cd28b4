/** The public keys of a configuration's `sign` policies, read from their folders. */
import { nodeDisk } from "#base/platform.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { readKeys } from "#policies/sign/key-folder.ts";
import { sign } from "#policies/sign/index.ts";

/** Throws what is wrong with a folder. */
export function publishedKeys(configuration: Configuration): readonly object[] {
  return signingFolders(configuration).flatMap((folder) =>
    readKeys(nodeDisk, folder).map(({ published }) => published),
  );
}

/** Absolute, each once. */
export function signingFolders({ services, policies }: Configuration): readonly string[] {
  const uses = [...policies, ...services.flatMap((service) => service.policies)];
  const own = uses.filter(({ name }) => name === sign.name);
  return [...new Set(own.map(({ options }) => (options as { readonly keys: string }).keys))];
}
