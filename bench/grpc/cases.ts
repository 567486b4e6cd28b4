/** Calls in gRPC under load. A new case is a file and a line. */
import type { LoadCase } from "#bench/load/load-case.ts";
import { streamsAsLines, streamsPassed } from "./streams.ts";
import { unary } from "./unary.ts";

export const cases: readonly LoadCase[] = [
  unary("unary", "100 byte each way, 8 connections with 8 calls at once", {
    connections: 8,
    streams: 8,
    textBytes: 100,
  }),
  unary("unary-64", "100 byte each way, 64 connections with one call each", {
    connections: 64,
    streams: 1,
    textBytes: 100,
  }),
  unary("unary-10k", "10 KB each way, 8 connections with 8 calls at once", {
    connections: 8,
    streams: 8,
    textBytes: 10_000,
  }),
  streamsPassed,
  streamsAsLines,
];
