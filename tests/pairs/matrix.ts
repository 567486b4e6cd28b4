/** Runs the matrix: for each dialect of instances two gateways, one behind the other. */
import type { TestContext } from "node:test";
import { standardProtocols } from "#app/standard-protocols.ts";
import type { Contract } from "#contract/contract.ts";
import type { Gateway } from "#gateway/gateway.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { canonFile, canonOpenApi } from "./canon.ts";
import { pairFaces } from "./faces.ts";
import { serviceName } from "./face.ts";
import { createHand } from "./hand.ts";
import { measureCell, type Cell } from "./measure.ts";
import { pairTexts, type PairText } from "./texts.ts";
import { pairUpstreams } from "./upstreams.ts";

/** By the names of upstream and face. */
export type Matrix = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

export async function measureMatrix(scope: Pick<TestContext, "after">): Promise<Matrix> {
  const contract = importCanon();
  const texts = pairTexts.map(({ file, declared }) => [file, declared(contract)] as const);
  const files = { [canonFile]: canonOpenApi, ...Object.fromEntries(texts) };
  const standIn = await startStandIn(scope, () => ({ body: "it is given by hand" }));
  const matrix: Record<string, Record<string, Cell>> = {};
  for (const { name, speaks, path, text } of pairUpstreams) {
    const given = speaks === "text" ? "mcp" : "text";
    const hand = createHand(given);
    const last = await startTranslating(scope, {
      text: servicesText(standIn.url, given, text),
      files,
      protocols: [...standardProtocols.filter((one) => one.name !== given), hand.protocol],
    });
    const isRaw = text?.isRaw === true;
    const instance = isRaw ? `tcp://127.0.0.1:${await listenText(last)}` : `${last.url}${path}`;
    const row: Record<string, Cell> = {};
    // A service has one text, be it its instances' or its callers'.
    for (const own of text === undefined ? [undefined, ...pairTexts] : [text]) {
      const first = await startTranslating(scope, {
        text: servicesText(instance, speaks, own),
        files,
      });
      for (const face of pairFaces) {
        if (face.text !== own && (text === undefined || face.text !== undefined)) continue;
        const port = face.text?.isRaw === true ? await listenText(first) : first.port;
        row[face.name] = await measureCell(contract, face.open(scope, contract, port), hand);
      }
    }
    matrix[name] = row;
  }
  return matrix;
}

function listenText({ gateway }: { readonly gateway: Gateway }): Promise<number> {
  const where = { host: "127.0.0.1", port: 0, service: serviceName, shared: false };
  return gateway.listenText({ ...where, caller: undefined, callers: [] });
}

function servicesText(instance: string, speaks: string, text: PairText | undefined): string {
  const faces = text === undefined ? "" : `faces: [${text.file}], `;
  const service = `contract: ${canonFile}, ${faces}instances: ["${instance}"], speaks: ${speaks}`;
  return `services:\n  ${serviceName}: { ${service}, mcp: ["*"] }\n`;
}

function importCanon(): Contract {
  const [importer] = standardProtocols.flatMap((one) =>
    one.name === "rest" && one.importer !== undefined ? [one.importer] : [],
  );
  const source = { file: `/${canonFile}`, text: canonOpenApi, read: () => undefined };
  const { contract } = importer?.import(source) ?? {};
  if (contract === undefined) throw new Error("there is no importer of OpenAPI");
  return contract;
}
