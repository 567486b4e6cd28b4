/** Runs the matrix: for each dialect of instances two gateways, one behind the other. */
import type { TestContext } from "node:test";
import { standardProtocols } from "#app/standard-protocols.ts";
import type { Contract } from "#contract/contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { canonFile, canonOpenApi } from "./canon.ts";
import { pairFaces } from "./faces.ts";
import { createHand } from "./hand.ts";
import { measureCell, type Cell } from "./measure.ts";
import { pairUpstreams } from "./upstreams.ts";

/** By the names of upstream and face. */
export type Matrix = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

export async function measureMatrix(scope: Pick<TestContext, "after">): Promise<Matrix> {
  const files = { [canonFile]: canonOpenApi };
  const contract = importCanon();
  const standIn = await startStandIn(scope, () => ({ body: "it is given by hand" }));
  const matrix: Record<string, Record<string, Cell>> = {};
  for (const { name, speaks, path } of pairUpstreams) {
    const hand = createHand();
    const last = await startTranslating(scope, {
      text: serviceText(standIn.url, "text"),
      files,
      protocols: [...standardProtocols.filter((one) => one.name !== "text"), hand.protocol],
    });
    const first = await startTranslating(scope, {
      text: serviceText(`${last.url}${path}`, speaks),
      files,
    });
    const row: Record<string, Cell> = {};
    for (const face of pairFaces) {
      const caller = face.open(scope, contract, first.port);
      row[face.name] = await measureCell(contract, caller, hand);
    }
    matrix[name] = row;
  }
  return matrix;
}

function serviceText(instance: string, speaks: string): string {
  const service = `contract: ${canonFile}, instances: ["${instance}"], speaks: ${speaks}`;
  return `services:\n  pairs: { ${service}, mcp: ["*"] }\n`;
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
