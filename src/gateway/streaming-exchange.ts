/**
 * The part of an exchange that passes on inputs one by one, between dialects: what the instance
 * does not take yet is not decoded, and the caller waits.
 */
import type { UpstreamEnd } from "#wire/ends.ts";
import { HedgingExchange } from "./hedging-exchange.ts";
import type { Translation } from "./translation.ts";
import { createUnframe, type Unframe } from "./unframe.ts";

export abstract class StreamingExchange extends HedgingExchange {
  #unframe: Unframe | undefined;

  /** The head of a request has come, and perhaps the first of its inputs. */
  protected beginInputs(): void {
    const translation = this.translation as Translation;
    const first = Buffer.from(this.bytes.subarray(this.from, this.to));
    this.#unframe = createUnframe(this.requestIsFramed, this.limits);
    this.translate();
    if (translation.inputs === undefined || this.state === "free") return;
    this.passInputs(first, 0, first.length);
    if (this.requestComplete) this.endInputs();
  }

  /** @returns whether more can be taken. */
  protected passInputs(bytes: Buffer, from: number, to: number): boolean {
    const data = this.#unframe?.(bytes, from, to) ?? bytes.subarray(from, to);
    if (data.length > 0) this.translation?.inputs?.push(data);
    return this.#sendInputs();
  }

  protected endInputs(): void {
    this.translation?.inputs?.end();
    this.#sendInputs();
  }

  override onConnected(connection: UpstreamEnd): void {
    super.onConnected(connection);
    if (this.upstream !== connection || this.translation?.inputs === undefined) return;
    if (!this.#sendInputs() && !this.requestComplete) this.caller.pause();
  }

  override onUpstreamFlushed(): void {
    this.requestStoppedMs = 0;
    if (this.translation?.inputs === undefined || this.#sendInputs()) super.onUpstreamFlushed();
  }

  /** The instance hears of the end behind the last input. */
  protected override endRequest(): void {
    if (this.translation?.inputs === undefined) super.endRequest();
    else this.endInputs();
  }

  /** @returns whether the instance takes more. */
  #sendInputs(): boolean {
    const inputs = this.translation?.inputs;
    const { upstream } = this;
    if (inputs === undefined || upstream === undefined) return false;
    for (;;) {
      let part: ReturnType<typeof inputs.next>;
      try {
        part = inputs.next();
      } catch (cause) {
        this.fail(cause);
        return true;
      }
      if (part === undefined) break;
      if (!Buffer.isBuffer(part)) {
        this.breakWith(part);
        return true;
      }
      this.streamed = true;
      if (!upstream.sendBody(part, 0, part.length)) {
        this.requestStoppedMs = this.gateway.clock.nowMs;
        return false;
      }
      if (this.upstream !== upstream) return true;
    }
    if (inputs.takeEnd()) super.endRequest();
    return true;
  }
}
