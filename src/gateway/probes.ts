/** Asks instances again and again whether they are well, for services that declare `health`. */
import type { HealthCheck } from "#configuration/configuration.ts";
import { ProbeExchange } from "./probe-exchange.ts";
import type { ProbeQuestion } from "./probe-question.ts";
import type { Target } from "./target.ts";

interface Probed {
  readonly serviceName: string;
  readonly target: Target;
  readonly health: HealthCheck;
  nextMs: number;
  failures: number;
  successes: number;
  running: ProbeExchange | undefined;
}

export interface Probes {
  onTick(nowMs: number): void;
  /** A service has these instances from now on. */
  replace(serviceName: string, targets: readonly Target[]): void;
  /** Those under way are given up. */
  close(): void;
}

/** @param told that an instance is passed over, or asked again, and why. */
export type TellState = (serviceName: string, target: Target, why: string) => void;

export function createProbes(
  services: readonly {
    readonly serviceName: string;
    readonly health: HealthCheck | undefined;
    readonly targets: readonly Target[];
    /** Made when it is asked for the first time. */
    readonly question: () => ProbeQuestion;
  }[],
  tell: TellState,
): Probes {
  const questions = new Map(
    services.map(({ serviceName, question }) => [serviceName, once(question)]),
  );
  let probed = services.flatMap(({ serviceName, health, targets }) =>
    health === undefined ? [] : targets.map((target) => begin(serviceName, target, health)),
  );
  // Nobody asks them any more, so nobody knows whether they are still unwell.
  let forgotten = services.flatMap(({ health, targets }) => (health === undefined ? targets : []));

  function check(one: Probed, nowMs: number): void {
    const { health, target } = one;
    one.nextMs = nowMs + health.intervalMs;
    const done = (why: string | undefined): void => {
      one.running = undefined;
      if (why === undefined) {
        one.failures = 0;
        one.successes++;
        if (target.isHealthy || one.successes < health.healthyAfter) return;
      } else {
        one.successes = 0;
        one.failures++;
        if (!target.isHealthy || one.failures < health.unhealthyAfter) return;
      }
      target.noteHealthy(why === undefined, nowMs);
      tell(one.serviceName, target, why ?? "its checks go well again");
    };
    const question = questions.get(one.serviceName)?.();
    if (question === undefined) return done("it cannot be checked");
    one.running = new ProbeExchange(target.pool.instance, health, question, nowMs, done);
    one.running.begin(target.pool.connections);
  }

  return {
    onTick(nowMs) {
      for (const target of forgotten) target.isHealthy = true;
      forgotten = [];
      for (const one of probed) {
        if (one.running !== undefined) one.running.onTick(nowMs);
        else if (nowMs >= one.nextMs) check(one, nowMs);
      }
    },
    replace(name, targets) {
      const health = services.find(({ serviceName }) => serviceName === name)?.health;
      if (health === undefined) return;
      const gone = (one: Probed): boolean =>
        one.serviceName === name && !targets.includes(one.target);
      for (const { running } of probed.filter(gone)) running?.abandon();
      const kept = probed.filter((one) => !gone(one));
      const isKept = (target: Target): boolean =>
        kept.some((one) => one.serviceName === name && one.target === target);
      const fresh = targets.filter((target) => !isKept(target));
      probed = [...kept, ...fresh.map((target) => begin(name, target, health))];
    },
    close() {
      for (const { running } of probed) running?.abandon();
    },
  };
}

function begin(serviceName: string, target: Target, health: HealthCheck): Probed {
  return {
    serviceName,
    target,
    health,
    nextMs: 0,
    failures: 0,
    successes: 0,
    running: undefined,
  };
}

/** Undefined: it cannot be made, which the load of the configuration has told. */
function once(make: () => ProbeQuestion): () => ProbeQuestion | undefined {
  let made: ProbeQuestion | undefined;
  let hasFailed = false;
  return () => {
    if (hasFailed) return undefined;
    try {
      return (made ??= make());
    } catch {
      hasFailed = true;
      return undefined;
    }
  };
}
