/** Under which names the operations of a service are known in gRPC, and so at which paths. */
import type { Operation } from "./contract.ts";

export interface GrpcName {
  /** `package.Service` */
  readonly service: string;
  readonly method: string;
}

/**
 * As in the contract; for one that knows no gRPC, `getInvoice` of service `old-billing` is
 * `old_billing.OldBilling/GetInvoice`.
 */
export function grpcNameOf(serviceName: string, { grpc, id }: Operation): GrpcName {
  if (grpc !== undefined) return grpc;
  const service = `${packageOf(serviceName)}.${pascalCase(serviceName)}`;
  return { service, method: pascalCase(id) };
}

/** Words of a proto package; names of services are lower-case letters, digits and hyphens. */
export function packageOf(serviceName: string): string {
  return serviceName.replaceAll("-", "_");
}

function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `X${joined}`;
}

/** By path, `/package.Service/Method`. Of names that clash, the first operation has it. */
export function operationsByGrpcPath(
  serviceName: string,
  operations: readonly Operation[],
): ReadonlyMap<string, Operation> {
  const paths = new Map<string, Operation>();
  for (const operation of operations) {
    const { service, method } = grpcNameOf(serviceName, operation);
    const path = `/${service}/${method}`;
    if (!paths.has(path)) paths.set(path, operation);
  }
  return paths;
}
