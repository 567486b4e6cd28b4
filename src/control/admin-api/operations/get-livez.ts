/** GET /livez */
import type { Operation } from "#control/admin-api/operation.ts";

export const getLivez: Operation = () => ({ kind: "text", status: 200, text: "live\n" });
