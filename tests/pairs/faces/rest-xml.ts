/** Callers in REST who take nothing but XML. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { rest } from "#protocols/rest/index.ts";

const narrow = rest.forms.find(({ name }) => name === "rest+xml")?.narrow;

export const restXml: PairFace = {
  name: "REST+XML",
  open(scope, contract, port) {
    const send = overHttp1(scope, port, `/${serviceName}`);
    const own = narrow?.(contract) ?? contract;
    const upstream = rest.createUpstream({ serviceName, contract: own });
    return callThrough(own, upstream, ({ fields, ...request }) => {
      const others = fields.filter(([name]) => name !== "accept");
      return send({ ...request, fields: [...others, ["accept", "application/xml"]] });
    });
  },
};
