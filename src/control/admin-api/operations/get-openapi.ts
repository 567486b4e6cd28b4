/** GET /openapi.json */
import type { Operation } from "#control/admin-api/operation.ts";

export const getOpenapi: Operation = ({ description }) => ({ kind: "json", value: description });
