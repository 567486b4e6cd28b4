/** What most entries look like: an exchange with four commitments. */
import { encodeEntry } from "#ledger/entry/encode-entry.ts";

export const typicalEntry = {
  kind: "exchange",
  run: 0,
  timeUs: 1_795_000_000_123_456,
  exchange: "019a2b3c4d5e7f008123456789abcdef",
  revision: "0123456789abcdef",
  totalUs: 12_345,
  upstreamUs: 11_901,
  method: "GET",
  service: "orders",
  route: "getOrder",
  operation: "getOrder",
  template: "/orders/{orderId}",
  instance: "http://10.20.30.40:8081",
  caller: "shop-frontend",
  authentication: "key",
  verdict: "forwarded",
  attempts: 1,
  status: 200,
  requestBytes: 0,
  responseBytes: 1_024,
  protocol: "HTTP/1.1",
  responseType: "application/json",
  requestHead: "1".repeat(64),
  requestBody: "2".repeat(64),
  responseHead: "3".repeat(64),
  responseBody: "4".repeat(64),
} as const;

/** 326 bytes. */
export const entry = encodeEntry(typicalEntry);
