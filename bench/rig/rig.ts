/** The ground a benchmark stands on: a folder, divided cores, an upstream, a certificate. */
import { chmodSync, mkdtempSync } from "node:fs";
import os from "node:os";
import { makeCertificate, type CertificateFiles } from "./certificate.ts";
import { divideCores, pinSelf, type Cores } from "./machine.ts";
import { removeAtExit } from "./remove-at-exit.ts";
import { startUpstream, type Upstream, type UpstreamSite } from "./upstream.ts";
import { runWrk, type Load, type LoadResult } from "./wrk.ts";

export interface Rig {
  readonly directory: string;
  readonly cores: Cores;
  readonly upstream: Upstream;
  readonly certificate: CertificateFiles;
  readonly load: (load: Load) => Promise<LoadResult>;
  readonly close: () => Promise<void>;
}

export async function createRig(
  options: Pick<UpstreamSite, "largeBytes" | "locations" | "files"> = {},
): Promise<Rig> {
  const directory = mkdtempSync(`${os.tmpdir()}/parlance-bench-`);
  chmodSync(directory, 0o755); // nginx gives up root and must still read its files.
  removeAtExit(directory);
  const cores = divideCores();
  pinSelf(cores.load);
  const workers = Math.min(cores.loadCount, 2);
  const certificate = makeCertificate(directory);
  const upstream = await startUpstream({ directory, cores: cores.load, workers, ...options });
  const site = { directory, cores: cores.load, threads: workers };
  return {
    directory,
    cores,
    upstream,
    certificate,
    load: (load) => runWrk(site, load),
    close: upstream.stop,
  };
}
