/**
 * One worker's gateway: takes connections, gives each its exchange, swaps revisions, and drains.
 * It owns no thread and no signal; the runtime does.
 */
import { createQuickRandom } from "#base/quick-random.ts";
import { createLog, type Log } from "#base/log.ts";
import { atTurnEnd, type Platform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { noRecords, type DurableRecords } from "#base/durable-records.ts";
import { createReplayTable } from "#base/replay-table.ts";
import { createSharedCells } from "#base/shared-cells.ts";
import { createSharedCounts } from "#base/shared-counts.ts";
import type { SharedStore } from "#base/shared-store.ts";
import { doAtOnce, doInSlices, type SlicedWork } from "#base/slices.ts";
import type { InstanceLists, Revision, TextListener } from "#configuration/configuration.ts";
import type { Policy } from "#extension/policy.ts";
import type { ProofKind } from "#extension/proof.ts";
import type { Protocol } from "#extension/protocol.ts";
import type { CallerConnection } from "#wire/ends.ts";
import { Http2ServerSession } from "#wire/http2-server-session.ts";
import { createListener, type Listener, type ListenerContext } from "#wire/listener.ts";
import { RawServerConnection } from "#wire/raw-server-connection.ts";
import { ServerConnection } from "#wire/server-connection.ts";
import type { ServerContext } from "#wire/server-context.ts";
import { createExchangeIds } from "./exchange-id.ts";
import { Exchange } from "./exchange.ts";
import type { ExchangeObserver, GatewayContext } from "./gateway-context.ts";
import { overloadedAnswer } from "./failure.ts";
import { createInstanceRegistry } from "./instances.ts";
import { createKeptParts } from "./kept-parts.ts";
import { listInstances } from "./list-instances.ts";
import { lookAt, type LookedAt, type WorkerView } from "./look-at.ts";
import type { Recorder } from "./recorder.ts";
import type { Background } from "./repeated-request.ts";
import { createSharedMemory, type SharedMemory } from "./shared-memory.ts";
import type { TellState } from "./probes.ts";
import { problems } from "./problems.ts";
import { buildSnapshot, type Snapshot } from "./snapshot.ts";
import { createTextListener } from "./text-listener.ts";
import { createTimedExchanges } from "./timed-exchanges.ts";

const tickMs = 100;
const drainStepMs = 20;
/** How long connections that a stop has cut off may take to be gone. */
const cutMs = 1_000;
const farewellMs = 500;

export interface Gateway {
  /** Begins to listen. Rejects with the system's error, for example EADDRINUSE. */
  listen(where: { host: string; port: number; shared: boolean }): Promise<number>;
  /**
   * Begins to listen for programs that speak no protocol. Their service's contract tells the frames
   * of messages, as it is when a connection comes.
   */
  listenText(where: TextListener & { readonly shared: boolean }): Promise<number>;
  /** Compiles a revision and makes it the current one; throws and changes nothing if it cannot. */
  take(revision: Revision): void;
  /**
   * The first half of `take`, in slices between which exchanges go on; what it resolves to is the
   * second, which cannot fail. One at a time.
   */
  prepare(revision: Revision): Promise<() => void>;
  /** Services have these instances from now on. Not between `prepare` and what it resolves to. */
  setInstances(lists: InstanceLists): void;
  /** How a service stands at the moment, as far as this worker knows. */
  look(asked: LookedAt): Omit<WorkerView, "worker">;
  /** Stops listening, lets exchanges finish for at most `drainMs`; resolves to those cut off. */
  drain(): Promise<number>;
  readonly connectionCount: number;
  /** How many exchanges callers have had at once, lately, as of the last tick or so. */
  readonly exchangesLately: number;
  /** Connections that there was no room for. */
  readonly turnedAwayCount: number;
}

/** What protocols and policies there are. */
export interface Extensions {
  readonly protocols: readonly Protocol[];
  readonly policies: readonly Policy[];
  readonly proofs: readonly ProofKind[];
  /** Undefined: no configuration names one. */
  readonly store?: SharedStore | undefined;
}

/** What a gateway shares with others, and where it writes. */
export interface Surroundings {
  /** Undefined: nothing is put on record. */
  readonly recorder?: Recorder | undefined;
  /** Of all workers. */
  readonly memory?: SharedMemory | undefined;
  /** Undefined: policies keep nothing that outlives the process. */
  readonly records?: DurableRecords | undefined;
  /** Undefined: nobody reads it. */
  readonly log?: Log | undefined;
}

const noLog = createLog(
  () => 0,
  () => undefined,
);
const noExtensions: Extensions = { protocols: [], policies: [], proofs: [] };

export function createGateway(
  platform: Platform,
  observer: ExchangeObserver,
  first: Revision,
  extensions: () => Extensions = () => noExtensions,
  { recorder, memory = createSharedMemory(), records = noRecords, log = noLog }: Surroundings = {},
): Gateway {
  const replays = createReplayTable(memory.replays, platform.clock);
  const cells = createSharedCells(memory.cells);
  const counts = createSharedCounts(memory.counts);
  const clock = { nowMs: platform.clock.monotonicMs() };
  const instances = createInstanceRegistry(platform, clock);
  const kept = createKeptParts();
  const connections = new Set<CallerConnection>();
  /** Of connections, as of the last tick, and one for each that has come since. */
  let exchangesLately = 0;
  const background = new Set<Background>();
  const draw = createQuickRandom(platform.random);
  const tell: TellState = (name, target, why) => observer.onInstance?.(name, target, why);
  let listed: InstanceLists = {};
  let snapshot: Snapshot = doAtOnce(build(first));
  let draining = false;
  let cutOff: Problem | undefined;
  let turnedAway = 0;
  let dateMs = -1;
  let date = "";

  const context: GatewayContext = {
    platform,
    clock,
    ids: createExchangeIds(platform.clock, platform.random),
    get snapshot() {
      return snapshot;
    },
    get draining() {
      return draining;
    },
    get cutOff() {
      return cutOff;
    },
    background,
    timed: createTimedExchanges(platform),
    observer,
    recorder,
    httpDate() {
      if (clock.nowMs - dateMs >= tickMs || dateMs < 0) {
        dateMs = clock.nowMs;
        date = new Date(platform.clock.nowMs()).toUTCString();
      }
      return date;
    },
  };
  const serverContext: ServerContext = {
    get limits() {
      return snapshot.revision.configuration.limits;
    },
    get timeouts() {
      return snapshot.revision.configuration.timeouts;
    },
    clock,
    get draining() {
      return draining;
    },
    createExchange: (caller) => new Exchange(caller, context),
    get takeHttp2() {
      return snapshot.revision.configuration.listen.http2 ? takeHttp2 : undefined;
    },
    onClosed: (connection) => connections.delete(connection),
  };
  const takeHttp2: NonNullable<ServerContext["takeHttp2"]> = (socket, peer, bytes) => {
    add(new Http2ServerSession(socket, peer, bytes, serverContext));
  };
  const listenerContext: ListenerContext = {
    get limits() {
      return snapshot.revision.configuration.limits;
    },
    get timeouts() {
      return snapshot.revision.configuration.timeouts;
    },
    clock,
    get proxyProtocol() {
      return snapshot.revision.configuration.listen.proxyProtocol;
    },
    get tls() {
      return snapshot.tls;
    },
    get http2() {
      return snapshot.revision.configuration.listen.http2;
    },
    get connectionCount() {
      return connections.size;
    },
    refusal: () => overloadedAnswer(snapshot.revision.configuration.limits),
    onTurnedAway: () => void turnedAway++,
    onConnection(socket, peer) {
      add(new ServerConnection(socket, peer, serverContext));
    },
    onHttp2(socket, peer) {
      add(new Http2ServerSession(socket, peer, undefined, serverContext));
    },
  };
  const listener: Listener = createListener(platform, listenerContext);
  const textListeners: Listener[] = [];
  const stopTicking = platform.timers.every(tickMs, () => {
    clock.nowMs = platform.clock.monotonicMs();
    // What has come while the thread stood still is heard before anybody counts as late.
    atTurnEnd(tick);
  });

  function add(connection: CallerConnection): void {
    connections.add(connection);
    exchangesLately++;
  }

  function tick(): void {
    const { nowMs } = clock;
    for (const one of [listener, ...textListeners]) one.onTick(nowMs);
    exchangesLately = 0;
    for (const connection of connections) {
      connection.onTick(nowMs);
      exchangesLately += connection.exchangesLately(nowMs);
    }
    for (const exchange of background) exchange.onTick(nowMs);
    instances.onTick(nowMs);
    snapshot.probes.onTick(nowMs);
  }

  function build(revision: Revision): SlicedWork<Snapshot> {
    const { protocols, policies: kinds, proofs, store } = extensions();
    return buildSnapshot(revision, {
      instances,
      listed,
      files: platform.files,
      protocols,
      policyParts: {
        ...{ kinds, platform, cells, counts, store, records },
        costs: observer.costsOf?.(revision),
      },
      identityParts: { kinds: proofs, platform, log, replays, kept },
      balancing: { clock, draw, tell },
    });
  }

  function makeCurrent(next: Snapshot): void {
    // Exchanges under way keep theirs; they only stop what they do by themselves.
    snapshot.policies.close();
    snapshot.probes.close();
    snapshot = next;
    instances.retainOnly(next.pools);
  }

  async function waitFor(longestMs: number, isOver: () => boolean): Promise<void> {
    const untilMs = platform.clock.monotonicMs() + longestMs;
    while (!isOver() && platform.clock.monotonicMs() < untilMs) {
      await new Promise<void>((resolve) => platform.timers.after(drainStepMs, resolve));
    }
  }

  return {
    listen(where) {
      instances.beginServing();
      return listener.listen(where);
    },
    listenText({ shared, ...own }) {
      const text = createTextListener(platform, own, listenerContext, {
        framing: () => snapshot.revision.contracts.get(own.service)?.text?.framing,
        add(socket, peer, framing) {
          const path = `/text/${own.service}`;
          add(new RawServerConnection(socket, peer, framing, path, serverContext));
        },
      });
      textListeners.push(text);
      return text.listen({ host: own.host, port: own.port, shared });
    },
    take: (revision) => makeCurrent(doAtOnce(build(revision))),
    async prepare(revision) {
      const next = await doInSlices(build(revision), platform);
      return () => makeCurrent(next);
    },
    setInstances(lists) {
      listed = lists;
      const retained = listInstances(snapshot, lists, instances);
      if (retained !== undefined) instances.retainOnly(retained);
    },
    look: (asked) => lookAt(snapshot, asked, clock.nowMs),
    async drain() {
      draining = true;
      for (const one of [listener, ...textListeners]) one.close();
      for (const connection of connections) connection.drain();
      const { drainMs } = snapshot.revision.configuration.timeouts;
      await waitFor(drainMs, () => connections.size + background.size === 0);
      const cut = connections.size;
      cutOff = problems["gateway-stopped"](`it did not end within timeouts.drainMs: ${drainMs}`);
      // Exchanges end with their next tick; whose callers do not take that are without a word.
      await waitFor(farewellMs, () => connections.size === 0);
      for (const connection of connections) connection.destroy();
      for (const exchange of background) exchange.onCallerGone();
      background.clear();
      // Sockets tell of their end later; only then an exchange is over, counted and on record.
      await waitFor(cutMs, () => connections.size === 0);
      stopTicking();
      snapshot.policies.close();
      instances.retainOnly(new Set());
      return cut;
    },
    get connectionCount() {
      return connections.size;
    },
    get exchangesLately() {
      return exchangesLately;
    },
    get turnedAwayCount() {
      return turnedAway;
    },
  };
}
