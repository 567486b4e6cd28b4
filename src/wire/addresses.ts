/**
 * The addresses behind a host name, looked up anew while they are in use: a connection that is
 * kept alive must not outlive the name's pointing there.
 */
import { isIP } from "node:net";
import type { Platform } from "#base/platform.ts";

const renewAfterMs = 15_000;

export class Addresses {
  readonly #platform: Platform;
  readonly #host: string;
  #known: readonly string[];
  #turn = 0;
  #renewedMs = 0;
  #renewing: Promise<void> | undefined;
  /** Called with the addresses that hold now, when they changed. */
  readonly #onChange: (addresses: readonly string[]) => void;

  constructor(host: string, platform: Platform, onChange: (addresses: readonly string[]) => void) {
    this.#platform = platform;
    this.#host = host;
    this.#onChange = onChange;
    this.#known = isIP(host) > 0 ? [host] : [];
  }

  get #fixed(): boolean {
    return this.#known[0] === this.#host;
  }

  get count(): number {
    return this.#known.length;
  }

  /** The next address in turn; undefined while none is known yet. */
  next(): string | undefined {
    return this.#known[this.#turn++ % this.#known.length];
  }

  /** Looks the name up for the first time. Rejects when it has no address. */
  async first(): Promise<string> {
    if (this.#known.length === 0) await (this.#renewing ??= this.#renew(0));
    const address = this.next();
    if (address === undefined) throw new Error(`${this.#host} has no address`);
    return address;
  }

  onTick(nowMs: number): void {
    if (this.#fixed || this.#renewing !== undefined || this.#known.length === 0) return;
    if (nowMs - this.#renewedMs < renewAfterMs) return;
    // An answer that does not come leaves what was known in force.
    this.#renewing = this.#renew(nowMs).catch(() => undefined);
  }

  async #renew(nowMs: number): Promise<void> {
    this.#renewedMs = nowMs;
    try {
      const found = await this.#platform.sockets.resolve(this.#host);
      const changed = found.some((one) => !this.#known.includes(one));
      if (!changed && found.length === this.#known.length) return;
      this.#known = found;
      this.#onChange(found);
    } finally {
      this.#renewing = undefined;
    }
  }
}
