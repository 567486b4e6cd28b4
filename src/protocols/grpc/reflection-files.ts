/**
 * The methods of all services with the .proto file that each is told in, for reflection: what the
 * description of a service says, in one file for each of its packages.
 */
import type { Operation } from "#contract/contract.ts";
import { grpcNameOf, operationsByGrpcPath } from "#contract/grpc-names.ts";
import type { HubService } from "#extension/hub.ts";
import { describeProto } from "./describe.ts";
import { readDescriptorFile, type DescriptorFile } from "./descriptor-file.ts";
import { createProtoNames } from "./proto-names.ts";

export interface ReflectedMethod {
  /** Undefined: the gateway's own, which everybody may see. */
  readonly operation: { readonly serviceName: string; readonly id: string } | undefined;
  readonly file: DescriptorFile;
  /** Full names. */
  readonly service: string;
  readonly path: string;
  readonly proto: object;
  /** Full names of the messages that it takes, gives and fails with. */
  readonly references: readonly string[];
}

/** In the order of the services, those behind them that the gateway answers itself. */
export function reflectMethods(
  services: readonly HubService[],
  own: readonly (readonly [file: string, text: string])[],
): readonly ReflectedMethod[] {
  return [
    ...services.flatMap(methodsOf),
    ...own.flatMap(([name, text]) => {
      const file = readDescriptorFile(name, text);
      return methodsIn(file).map((method) => ({ ...method, operation: undefined }));
    }),
  ];
}

function methodsIn(file: DescriptorFile): readonly Omit<ReflectedMethod, "operation">[] {
  const prefix = file.packageName === "" ? "" : `${file.packageName}.`;
  return file.services.flatMap(({ name, methods }) => {
    const service = `${prefix}${name}`;
    return methods.map((method) => {
      const { proto, references } = method;
      return { file, service, path: `/${service}/${method.name}`, proto, references };
    });
  });
}

function methodsOf({ serviceName, contract, offered }: HubService): readonly ReflectedMethod[] {
  const packageNameOf = (operation: Operation): string => {
    const { service } = grpcNameOf(serviceName, operation);
    return service.slice(0, Math.max(service.lastIndexOf("."), 0));
  };
  const byPackage = Map.groupBy(contract.operations, packageNameOf);
  return [...byPackage].flatMap(([packageName, operations]) => {
    const part = { serviceName, contract: { ...contract, operations } };
    const name = byPackage.size === 1 ? serviceName : `${serviceName}/${packageName}`;
    const { text } = describeProto(part, { address: "" });
    const names = createProtoNames(part);
    const prefix = packageName === "" ? "" : `${packageName}.`;
    const paths = operationsByGrpcPath(serviceName, operations);
    return methodsIn(readDescriptorFile(`${name}.proto`, text)).flatMap((method) => {
      const operation = paths.get(method.path);
      if (operation === undefined || offered?.has(operation.id) === false) return [];
      const { id, faults } = operation;
      const details = faults.flatMap((fault) =>
        fault.type === undefined ? [] : [`${prefix}${names.fault(operation, fault)}`],
      );
      const references = [...method.references, ...details];
      return [{ ...method, references, operation: { serviceName, id } }];
    });
  });
}
