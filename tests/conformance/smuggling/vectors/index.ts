/** All request vectors over HTTP/1.1. */
import { chunkVectors } from "./chunks.ts";
import { codingVectors } from "./codings.ts";
import { conversationVectors } from "./conversations.ts";
import { fieldVectors } from "./fields.ts";
import { lengthVectors } from "./lengths.ts";
import { pathVectors } from "./paths.ts";
import { requestLineVectors } from "./request-lines.ts";
import type { Vector } from "./vector.ts";

export const requestVectors: readonly Vector[] = [
  ...lengthVectors,
  ...codingVectors,
  ...chunkVectors,
  ...requestLineVectors,
  ...fieldVectors,
  ...pathVectors,
  ...conversationVectors,
];
