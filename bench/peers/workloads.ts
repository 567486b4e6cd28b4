/** What callers ask for in the comparison. */
import { bigBody, smallBody } from "#bench/rig/upstream.ts";

export interface Workload {
  readonly id: string;
  readonly name: string;
  readonly tls: boolean;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Of the request; empty: none. */
  readonly body: string;
  /** Of the answer. */
  readonly expected: string;
}

const get = { method: "GET", body: "", path: "/up/json", expected: smallBody } as const;

export const workloads: readonly Workload[] = [
  { ...get, id: "get-1k", name: "GET, 1 KB JSON answer", tls: false },
  {
    id: "post-1k",
    name: "POST, 1 KB JSON request and answer",
    tls: false,
    method: "POST",
    body: smallBody,
    path: "/up/json",
    expected: smallBody,
  },
  {
    ...get,
    id: "get-64k",
    name: "GET, 64 KiB answer",
    tls: false,
    path: "/up/big",
    expected: bigBody,
  },
  { ...get, id: "tls-get-1k", name: "GET over TLS, 1 KB JSON answer", tls: true },
];

/** Lua for wrk. @param key what callers send in `X-Api-Key`. */
export function scriptOf(workload: Workload, key: string | undefined): string {
  const sent = key === undefined ? "" : `wrk.headers["X-Api-Key"] = "${key}"\n`;
  if (workload.method === "GET") return sent;
  return `${sent}wrk.method = "${workload.method}"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '${workload.body}'
`;
}
