/** A published way to make two servers disagree, as data. The verdict is computed, never listed. */
import type { Step } from "#tests/support/raw-http.ts";

export interface Vector {
  readonly name: string;
  readonly class: string;
  /** The paper, advisory or article that describes it or its family. */
  readonly source: string;
  /** latin1, or steps with pauses. */
  readonly steps: readonly Step[];
  /** Statuses that the first answer may have; undefined: any, or none at all. */
  readonly status?: readonly number[];
}

export const sources = {
  watchfire: "Linhart et al., HTTP Request Smuggling (Watchfire, 2005)",
  reborn: "Kettle, HTTP Desync Attacks: Request Smuggling Reborn (2019)",
  sequel: "Kettle, HTTP/2: The Sequel is Always Worse (2021)",
  browser: "Kettle, Browser-Powered Desync Attacks (2022)",
  endgame: "Kettle, HTTP/1.1 Must Die: The Desync Endgame (2025)",
  klein: "Klein, HTTP Request Smuggling in 2020 (Black Hat USA 2020)",
  treqs: "Jabiyev et al., T-Reqs: HTTP Request Smuggling with Differential Fuzzing (CCS 2021)",
  garden: "Kallus et al., The HTTP Garden (2024)",
  funky: "Weikop, Funky Chunks: abusing ambiguous chunk line terminators (2025)",
  te0: "Essam et al., TE.0 HTTP Request Smuggling (2024)",
  troubles: "Chen et al., Host of Troubles (CCS 2016)",
  hostAttacks: "Kettle, Practical HTTP Host Header Attacks (2013)",
  hopByHop: "Davison, Abusing HTTP hop-by-hop request headers (2019)",
  h2c: "Miller, h2c Smuggling: Request Smuggling via HTTP/2 Cleartext (Bishop Fox, 2020)",
  webSocket: "Egorov, Smuggling requests through WebSocket reverse proxies (2019)",
  responses: "Doyhenard, Response Smuggling: Exploiting HTTP/1.1 Connections (DEF CON 29, 2021)",
  splitting: "Klein, Divide and Conquer: HTTP Response Splitting (Sanctum, 2004)",
  tsai: "Tsai, Breaking Parser Logic: Take Your Path Normalization Off (Black Hat USA 2018)",
  rfc: "RFC 9112 §11",
} as const;

export const crlf = "\r\n";
export const hostLine = "Host: gateway.test\r\n";
/** Carries its own terminator, so that whoever takes it for a request sees a whole one. */
export const smuggled = `GET /smuggled HTTP/1.1\r\n${hostLine}\r\n`;

/** A POST to the pass-through service; field lines come without CRLF. */
export function post(fields: readonly string[], body = "", target = "/echo/x"): string {
  const lines = fields.map((line) => line + crlf).join("");
  return `POST ${target} HTTP/1.1\r\n${hostLine}${lines}\r\n${body}`;
}

export function get(target: string, fields: readonly string[] = [], version = "1.1"): string {
  const lines = fields.map((line) => line + crlf).join("");
  return `GET ${target} HTTP/${version}\r\n${hostLine}${lines}\r\n`;
}

export function chunk(data: string): string {
  return `${data.length.toString(16)}\r\n${data}\r\n`;
}

export const lastChunk = "0\r\n\r\n";
export const refused = [400] as const;
export const refusedCoding = [400, 501] as const;
export const passed = [200] as const;

/** Rows of name, source, bytes, statuses become vectors of one class. */
export type Row = readonly [
  name: string,
  source: string,
  bytes: string | readonly Step[],
  status?: readonly number[] | undefined,
];

export function vectorsOf(className: string, rows: readonly Row[]): Vector[] {
  return rows.map(([name, source, bytes, status]) => ({
    name,
    class: className,
    source,
    steps: typeof bytes === "string" ? [bytes] : bytes,
    ...(status === undefined ? {} : { status }),
  }));
}
