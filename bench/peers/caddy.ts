/** Caddy as a reverse proxy, held to one core like all. */
import { writeFileSync } from "node:fs";
import { versionOf } from "#bench/rig/machine.ts";
import { findTool } from "#tests/support/tools.ts";
import type { Peer } from "./peer.ts";

export const caddy: Peer = {
  id: "caddy",
  name: "Caddy",
  find: () => {
    const path = findTool("caddy");
    return path === undefined
      ? { missing: "caddy is not installed" }
      : { version: versionOf(path, "version") };
  },
  prepare: ({ directory, port, upstreamPort, tls }) => {
    const address = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
    const certificate = tls === undefined ? "" : `tls ${tls.certFile} ${tls.keyFile}`;
    writeFileSync(
      `${directory}/Caddyfile`,
      `{
  admin off
  auto_https off
  default_sni 127.0.0.1
  servers {
    protocols h1
  }
}
${address} {
  ${certificate}
  handle_path /up/* {
    reverse_proxy 127.0.0.1:${upstreamPort} {
      transport http {
        keepalive_idle_conns 256
        keepalive_idle_conns_per_host 256
      }
    }
  }
}
`,
    );
    return {
      file: findTool("caddy") ?? "caddy",
      args: ["run", "--config", `${directory}/Caddyfile`, "--adapter", "caddyfile"],
      env: { GOMAXPROCS: "1", XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
    };
  },
};
