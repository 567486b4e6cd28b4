/** Instances that are found, made complete by what the service says of all of them. */
import type { Configuration, Discovery, Instance, InstanceLists } from "./configuration.ts";
import type { InstanceAddress } from "./instance-url.ts";
import { weightByDefault } from "./resolve-instances.ts";

type Common = Pick<Discovery, "http2" | "serverName" | "tls">;

/** @param said what its source says of it. */
export function foundInstance(
  url: string,
  address: InstanceAddress,
  common: Common,
  said: Partial<Pick<Instance, "weight" | "zone" | "priority">> = {},
): Instance {
  const { http2 } = common;
  const bare = { url, ...address, http2, weight: weightByDefault, drain: false, tls: undefined };
  return withTls({ ...bare, ...said }, common);
}

export function withTls(instance: Instance, { serverName, tls }: Common): Instance {
  if (instance.scheme !== "https") return instance;
  const asked = serverName ?? hostOf(instance.authority);
  return { ...instance, tls: { ...tls, serverName: asked } };
}

/** Without port and brackets. */
function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

/** With all instances that its services have now. */
export function withInstances(configuration: Configuration, lists: InstanceLists): Configuration {
  const services = configuration.services.map((service) => {
    const instances = lists[service.name];
    return instances === undefined ? service : { ...service, instances };
  });
  return { ...configuration, services };
}
