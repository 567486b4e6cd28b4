/** Callers in SOAP, of either version; outputs of a stream come as one list. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import type { Contract, SoapBinding } from "#contract/contract.ts";
import { soap } from "#protocols/soap/index.ts";
import { bindingOf } from "#protocols/soap/soap-binding.ts";

export const soap11 = soapFace("1.1");
export const soap12 = soapFace("1.2");

function soapFace(version: SoapBinding["version"]): PairFace {
  return {
    name: `SOAP ${version}`,
    open(scope, contract, port) {
      const own = withVersion(contract, version);
      const upstream = soap.createUpstream({ serviceName, contract: own }, undefined);
      return callThrough(own, upstream, overHttp1(scope, port, `/soap/${serviceName}`));
    },
  };
}

function withVersion(contract: Contract, version: SoapBinding["version"]): Contract {
  const operations = contract.operations.map((operation) => ({
    ...operation,
    soap: { ...bindingOf(contract, operation), version },
  }));
  return { ...contract, operations };
}
