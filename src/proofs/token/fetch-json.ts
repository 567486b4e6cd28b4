/** Asks an issuer for a JSON document, within bounds. */
import type { Platform } from "#base/platform.ts";
import { reasonIn } from "./reason.ts";

const timeMsMax = 5_000;
const bytesMax = 512 * 1024;

export interface FetchedJson {
  readonly value: unknown;
  /** Seconds that `Cache-Control` gives; undefined: it says nothing. */
  readonly maxAgeS: number | undefined;
}

interface JsonRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Of an error that `fetchJson` has thrown; undefined: there was no answer, or it was 200. */
export function statusIn(error: unknown): number | undefined {
  const { cause } = error as { readonly cause?: unknown };
  return (cause as { readonly status?: number } | undefined)?.status;
}

/** Throws an error that says what was wrong, without what was sent. */
export async function fetchJson(
  { sockets, timers }: Pick<Platform, "sockets" | "timers">,
  url: string,
  init: JsonRequest = {},
): Promise<FetchedJson> {
  const abort = new AbortController();
  const late = new Error(`no whole answer within ${timeMsMax} ms`);
  const stop = timers.after(timeMsMax, () => abort.abort(late));
  try {
    const response = await sockets.fetch(url, {
      ...init,
      headers: { accept: "application/json", ...init.headers },
      redirect: "error",
      signal: abort.signal,
    });
    const { status } = response;
    if (status !== 200) {
      // Otherwise its connection stays as long as its body does.
      await response.body?.cancel();
      throw Object.assign(new Error(`it answered with status ${status}`), { status });
    }
    const value = parse(await readBody(response));
    return { value, maxAgeS: maxAgeIn(response.headers.get("cache-control")) };
  } catch (cause) {
    throw new Error(`${url}: ${reasonIn(cause)}`, { cause });
  } finally {
    stop();
  }
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw new Error(`its answer is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Error("its answer is not JSON");
  }
}

function maxAgeIn(cacheControl: string | null): number | undefined {
  if (cacheControl === null) return undefined;
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return 0;
  const found = /\bmax-age="?(\d{1,9})/i.exec(cacheControl)?.[1];
  return found === undefined ? undefined : Number(found);
}
