/** All cases, in the order in which they run. A new one is a file and a line. */
import { growth } from "./growth.ts";
import { idleConnections } from "./idle-connections.ts";
import { instances } from "./instances.ts";
import { largeBody } from "./large-body.ts";
import type { LoadCase } from "./load-case.ts";
import { manyCallers } from "./many-callers.ts";
import { manyRoutes } from "./many-routes.ts";
import { overload } from "./overload.ts";
import { reload } from "./reload.ts";
import { start } from "./start.ts";
import { workers } from "./workers.ts";

export const cases: readonly LoadCase[] = [
  start,
  workers,
  reload,
  idleConnections,
  manyRoutes,
  manyCallers,
  largeBody,
  growth,
  overload,
  instances,
];
