/**
 * The part of an exchange that policies take part in: phase by phase, in the order of their list,
 * each only while the exchange goes on. One that waits holds the exchange, not the connection's
 * other ones.
 */
import type { Problem } from "#base/problem.ts";
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import { faultOfProblem } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import type {
  Again,
  Attempt,
  AttemptEnd,
  Hedge,
  MovedAttempt,
  SentRequest,
} from "#extension/attempt.ts";
import type {
  AnswerTap,
  Answered,
  HeldAnswer,
  HeldRequest,
  GatheredRequest,
  Holding,
  PolicyAnswer,
  RefusedAttempt,
  Verdict,
} from "#extension/policy.ts";
import type { FaceResponse, Fields } from "#extension/protocol.ts";
import type { Input } from "#extension/streams.ts";
import type { ResponseHead } from "#wire/head.ts";
import { AnswerTaps } from "./answer-taps.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { forwardedFields } from "./forwarded-fields.ts";
import { isForOperation, type CompiledPolicy, type PolicyChain } from "./policies.ts";
import { policyFailed } from "./failure.ts";
import { SeenExchange } from "./seen-exchange.ts";
import type { Snapshot } from "./snapshot.ts";

type Step = (policy: CompiledPolicy) => Verdict | Promise<Verdict>;

export abstract class PolicedExchange extends SeenExchange {
  /** Undefined: no policy has a say. */
  protected chain: PolicyChain | undefined;
  /** How many of the chain have seen the exchange begin, and will see its end. */
  #entered = 0;
  protected taps: AnswerTaps | undefined;
  /** Changes with every wait and every end: what is waited for may come too late. */
  #turn = 0;

  protected abstract answerInstead(answered: Answered): void;

  protected beginPolicies(): void {
    this.chain = undefined;
    this.#entered = 0;
    this.taps = undefined;
    this.nothingDone = undefined;
    this.answerLines = "";
    this.requestLines = "";
    this.sentLines = "";
  }

  /** Before it is asked who calls. */
  policiesOnRouted(chain: PolicyChain | undefined): Verdict {
    this.chain = chain;
    if (chain?.wantsRouted !== true) return undefined;
    return this.#firstOf(chain, ({ steps }) => steps.onRouted?.(this));
  }

  /** Nothing leads there. */
  policiesOfMiss(chain: PolicyChain | undefined): void {
    this.chain = chain;
  }

  policiesOnPreflight(chain: PolicyChain): Verdict {
    return this.#firstOf(chain, ({ steps }) => steps.onPreflight?.(this));
  }

  /** Its route is known, and another exchange asked for it, which none of this service has seen. */
  protected findInnerPolicies(): Verdict {
    const { policies } = this.snapshot as Snapshot;
    const chain = policies.chainOf(this.route as CompiledRoute);
    const calls = chain?.policies.filter(({ level }) => level === "call") ?? [];
    this.chain =
      chain === undefined || calls.length === 0 ? undefined : { ...chain, policies: calls };
    if (chain?.wantsRouted !== true) return undefined;
    return this.#firstOf(chain, ({ steps }) => steps.onRouted?.(this));
  }

  /** Before anything is sent. @param goOn what comes then; not called when it is refused. */
  protected enterPolicies(goOn: () => void): void {
    const step: Step = (policy) => {
      this.#entered++;
      return this.#concerns(policy) ? policy.steps.onRequest?.(this) : undefined;
    };
    this.#run(step, 0, goOn);
  }

  protected policiesOnCall(call: Call, goOn: () => void): void {
    const step: Step = (policy) =>
      this.#concerns(policy) ? policy.steps.onCall?.(this, call) : undefined;
    this.#run(step, 0, goOn);
  }

  #concerns({ callers }: CompiledPolicy): boolean {
    return callers === undefined || callers.has(this.callerIndex);
  }

  #run(step: Step, from: number, goOn: () => void): void {
    const list = (this.chain as PolicyChain).policies;
    for (let index = from; index < list.length; index++) {
      let verdict: Verdict | Promise<Verdict>;
      try {
        verdict = step(list[index] as CompiledPolicy);
      } catch (cause) {
        return this.refuse(policyFailed(cause));
      }
      if (verdict === undefined) continue;
      if (verdict instanceof Promise) return this.#wait(verdict, step, index + 1, goOn);
      this.#note(list[index]);
      return this.obey(verdict);
    }
    goOn();
  }

  #wait(coming: Promise<Verdict>, step: Step, next: number, goOn: () => void): void {
    this.waitFor(coming, (verdict) => {
      if (verdict === undefined) return this.#run(step, next, goOn);
      this.#note(this.chain?.policies[next - 1]);
      this.obey(verdict);
    });
  }

  /** It goes on when something is known, unless it has ended by then. */
  protected waitFor<Found>(coming: Promise<Found>, goOn: (found: Found) => void): void {
    const turn = ++this.#turn;
    this.state = "deciding";
    if (!this.requestComplete) this.caller.pause();
    const isLate = (): boolean => turn !== this.#turn || this.state !== "deciding";
    coming.then(
      (found) => {
        if (isLate()) return;
        this.state = "waiting";
        goOn(found);
      },
      (cause: unknown) => {
        if (!isLate()) this.refuse(policyFailed(cause));
      },
    );
  }

  #note(policy: CompiledPolicy | undefined): void {
    this.decidedBy = policy?.use.name;
  }

  /** In their order, until one says something. */
  #firstOf(chain: PolicyChain, ask: (policy: CompiledPolicy) => Verdict): Verdict {
    for (const policy of chain.policies) {
      const verdict = ask(policy);
      if (verdict === undefined) continue;
      this.#note(policy);
      return verdict;
    }
    return undefined;
  }

  protected obey(verdict: Exclude<Verdict, undefined>): void {
    if (verdict.kind === "refuse") this.refuse(verdict.problem);
    else this.answerInstead(verdict);
  }

  protected policiesOnAttempt(attempt: Attempt): RefusedAttempt | undefined {
    return this.#first((policy) => policy.steps.onAttempt?.(this, attempt));
  }

  protected policiesOnAttemptMoved(moved: MovedAttempt): void {
    this.#each(({ steps }) => steps.onAttemptMoved?.(this, moved));
  }

  /** At an instance besides the present one, which nothing is refused for. */
  protected mayAttemptAt(instance: string, number: number): boolean {
    let may = true;
    this.#each(({ steps }) => {
      may &&= steps.onAttempt?.(this, { number, instance }) === undefined;
    });
    return may;
  }

  protected policiesHedge(): Hedge | undefined {
    let hedge: Hedge | undefined;
    this.#each(({ steps }) => {
      hedge ??= steps.hedges?.(this);
    });
    return hedge;
  }

  protected policiesOnSend(sent: SentRequest): void {
    this.#each(({ steps }) => steps.onSend?.(this, sent));
  }

  protected policiesOnAttemptEnd(end: AttemptEnd): Again | undefined {
    let again: Again | undefined;
    this.#each(({ steps }) => {
      const wish = steps.onAttemptEnd?.(this, end);
      again ??= wish;
    });
    return again;
  }

  protected policiesOnAnswer(answer: PolicyAnswer): Verdict {
    return this.#first((policy) => policy.steps.onAnswer?.(this, answer));
  }

  protected policiesOnReply(reply: Reply, operation: Operation): Reply | undefined {
    return this.#first((policy) => policy.steps.onReply?.(this, reply, operation));
  }

  /** What a request that passes asks for, where only its body tells, and that is at hand. */
  protected abstract learnOperation(): void;

  protected policiesOnProblem(problem: Problem): Answered | undefined {
    this.learnOperation();
    return this.#first((policy) => policy.steps.onProblem?.(this, problem));
  }

  /** @param whose of those that have seen the request begin, or of the others. */
  protected policiesOnOwnAnswer(whose: "asked" | "unasked", fields: Fields = []): void {
    const list = this.chain?.policies ?? [];
    const wasAsked = whose === "asked";
    const has = (name: string): boolean => fields.some(([one]) => one.toLowerCase() === name);
    const to = wasAsked ? this.#entered : list.length;
    for (let index = wasAsked ? 0 : this.#entered; index < to; index++) {
      const policy = list[index] as CompiledPolicy;
      if (this.#concerns(policy)) policy.steps.onOwnAnswer?.(this, { wasAsked, has });
    }
  }

  // Messages that pass, held back to be read.

  protected heldBytesMax(which: keyof Holding): number {
    let bytesMax = 0;
    this.#each(({ steps }) => {
      bytesMax = Math.max(bytesMax, steps.holds?.[which] ?? 0);
    });
    return bytesMax;
  }

  protected policiesOnHeldRequest(held: HeldRequest): Verdict {
    return this.#first((policy) => policy.steps.onHeldRequest?.(this, held));
  }

  protected policiesOnHeldAnswer(held: HeldAnswer): Verdict {
    return this.#first((policy) => policy.steps.onHeldAnswer?.(this, held));
  }

  protected policiesOnInput(input: Input | Fault): Problem | undefined {
    return this.#first((policy) => policy.steps.onInput?.(this, input));
  }

  protected policiesOnOutput(output: Reply): Problem | undefined {
    return this.#first((policy) => policy.steps.onOutput?.(this, output));
  }

  /** Whether messages are written anew for it, even within one dialect. */
  get isRewritten(): boolean {
    const { chain } = this;
    if (chain?.rewrites !== true) return false;
    return chain.policies.some((policy) => {
      const { rewriteCall, rewriteReply } = policy.steps;
      return (rewriteCall ?? rewriteReply) !== undefined && this.#concerns(policy);
    });
  }

  rewriteCall(call: Call): Call {
    const policies = this.#rewriters(call.operation);
    return policies.reduce((sent, { steps }) => steps.rewriteCall?.(this, sent) ?? sent, call);
  }

  #rewriters({ id }: Operation): readonly CompiledPolicy[] {
    const route = this.route as CompiledRoute;
    const isAsked = (policy: CompiledPolicy): boolean =>
      this.#concerns(policy) && isForOperation(policy.use.only, route, id);
    return this.chain?.policies.filter(isAsked) ?? [];
  }

  rewriteReply(reply: Reply, operation: Operation): Reply {
    return this.#rewriters(operation).reduceRight(
      (given, { steps }) => steps.rewriteReply?.(this, given, operation) ?? given,
      reply,
    );
  }

  judgeInput(input: Input): Fault | undefined {
    const problem = this.policiesOnInput(input);
    return problem && faultOfProblem(problem);
  }

  judgeOutput(output: Answer | Fault): Answer | Fault {
    const problem = this.policiesOnOutput(output);
    return problem === undefined ? output : faultOfProblem(problem);
  }

  /** Of the request's body, before it is sent; 0: none wants any. */
  protected gatheredBytesMax(): number {
    let bytesMax = 0;
    this.#each(({ steps }) => {
      bytesMax = Math.max(bytesMax, steps.gathers?.(this) ?? 0);
    });
    return bytesMax;
  }

  protected policiesOnGathered(gathered: GatheredRequest, goOn: () => void): void {
    const step: Step = (policy) =>
      this.#concerns(policy) ? policy.steps.onGathered?.(this, gathered) : undefined;
    this.#run(step, 0, goOn);
  }

  /** Whether a policy has it go on without its caller. */
  protected get outlivesCaller(): boolean {
    let outlives = false;
    this.#each(({ steps }) => {
      outlives ||= steps.outlives?.(this) === true;
    });
    return outlives;
  }

  // Taps: what the caller gets of an answer that is not only a refusal.

  protected beginTaps(status: number, fields: Fields, framed: boolean): void {
    const taps: AnswerTap[] = [];
    this.#each(({ steps }) => {
      const tap = steps.tapAnswer?.(this);
      if (tap !== undefined) taps.push(tap);
    });
    if (taps.length === 0) return;
    this.taps = new AnswerTaps(taps, framed, this.limits);
    this.taps.begin(status, fields);
  }

  protected tapWhole({ status, fields, body }: FaceResponse): void {
    this.beginTaps(status, fields, false);
    this.taps?.push(body, 0, body.length);
    this.taps?.end("end");
  }

  protected override giveEnd(trailers: ResponseHead | undefined): void {
    this.taps?.end("end", trailers && forwardedFields(trailers));
    super.giveEnd(trailers);
  }

  /** It goes on later, unless it has ended by then. */
  protected pauseFor(ms: number, goOn: () => void): void {
    const turn = ++this.#turn;
    this.state = "deciding";
    this.gateway.platform.timers.after(ms, () => {
      if (turn !== this.#turn || this.state !== "deciding") return;
      this.state = "waiting";
      goOn();
    });
  }

  /** The last of the list is nearest to the instance, so it is asked first. */
  #first<Found>(ask: (policy: CompiledPolicy) => Found | undefined): Found | undefined {
    const list = this.chain?.policies ?? [];
    for (let index = this.#entered - 1; index >= 0; index--) {
      const policy = list[index] as CompiledPolicy;
      const found = this.#concerns(policy) ? ask(policy) : undefined;
      if (found === undefined) continue;
      this.#note(policy);
      return found;
    }
    return undefined;
  }

  /** Those that have seen it begin, in their order. Runs in most phases, so nothing is copied. */
  #each(visit: (policy: CompiledPolicy) => void): void {
    const list = this.chain?.policies ?? [];
    const count = this.#entered;
    for (let index = 0; index < count; index++) {
      const policy = list[index] as CompiledPolicy;
      if (this.#concerns(policy)) visit(policy);
    }
  }

  protected override finish(): void {
    const isOver = this.state === "free";
    super.finish();
    if (!isOver && this.#entered > 0) this.#leavePolicies();
  }

  #leavePolicies(): void {
    this.#turn++;
    this.taps?.end("abort");
    const { status, aborted, problem, fault, startedMs, endedMs } = this;
    const end = { status, aborted, problem, fault, tookMs: endedMs - startedMs };
    this.#each(({ steps }) => steps.onEnd?.(this, end));
    this.#entered = 0;
    this.chain = undefined;
  }
}
