import assert from "node:assert/strict";
import { test } from "node:test";
import { createRevision } from "#configuration/revision.ts";
import { fixtureConfiguration, fixtureService } from "#gateway/router-fixture.ts";
import { joinRevision, splitRevision } from "./revision-parts.ts";

function revisionOf(services: number, routesEach: number) {
  const routes = Array.from({ length: routesEach }, (_, at) => ({ path: `/r${at}` }));
  const names = Array.from({ length: services }, (_, at) => `s${at}`);
  return createRevision(fixtureConfiguration(names.map((name) => fixtureService(name, routes))));
}

for (const [services, routesEach, count] of [
  [0, 0, 0],
  [3, 20, 0],
  [100, 20, 4],
  [3, 2_000, 2],
] as const) {
  test(`${services} services of ${routesEach} routes go in ${count} parts and the rest`, () => {
    const revision = revisionOf(services, routesEach);
    const split = splitRevision(revision);
    assert.equal(split.parts.length, count);
    assert.deepEqual(joinRevision(structuredClone(split)), revision);
  });
}
