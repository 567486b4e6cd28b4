/** Under which names a service and its operations are known in gRPC. */
import type { Operation } from "#contract/contract.ts";
import type { ServiceContract } from "#extension/protocol.ts";

export interface GrpcName {
  /** `package.Service` */
  readonly service: string;
  readonly method: string;
}

/**
 * As in the contract; for one that knows no gRPC, `getInvoice` of service `old-billing` is
 * `old_billing.OldBilling/GetInvoice`.
 */
export function grpcNameOf({ serviceName }: ServiceContract, operation: Operation): GrpcName {
  const { grpc, id } = operation;
  if (grpc !== undefined) return grpc;
  const pascal = pascalCase(serviceName);
  return { service: `${packageOf(serviceName)}.${pascal}`, method: pascalCase(id) };
}

/** Words of a proto package; names of services are lower-case letters, digits and hyphens. */
export function packageOf(serviceName: string): string {
  return serviceName.replaceAll("-", "_");
}

export function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `X${joined}`;
}

/** By path, `/package.Service/Method`. Names that clash are those of the first operation. */
export function operationsByPath(service: ServiceContract): ReadonlyMap<string, Operation> {
  const paths = new Map<string, Operation>();
  for (const operation of service.contract.operations) {
    const { service: name, method } = grpcNameOf(service, operation);
    const path = `/${name}/${method}`;
    if (!paths.has(path)) paths.set(path, operation);
  }
  return paths;
}
