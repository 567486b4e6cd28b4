/** The protocols of this build, one line each. */
import type { Protocol } from "#extension/protocol.ts";

export const standardProtocols: readonly Protocol[] = [];
