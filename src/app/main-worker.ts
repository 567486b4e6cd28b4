/** A worker thread: one gateway, told what to do by the main thread. */
import { getHeapStatistics } from "node:v8";
import { workerData } from "node:worker_threads";
import { assert } from "#base/assert.ts";
import { nodePlatform } from "#base/platform.ts";
import type { Revision, TextListener } from "#configuration/configuration.ts";
import { writeGauges } from "#analytics/worker-gauges.ts";
import { createGateway, type Extensions, type Gateway } from "#gateway/gateway.ts";
import { answerQuestions, sendMessage } from "#runtime/worker-port.ts";
import { createExchangeObserver } from "./exchange-observer.ts";
import { causeFault, failIfAsked } from "./fault.ts";
import { openRecords } from "#state/open-records.ts";
import type { WorkerRecorder } from "./ledger/recorder.ts";
import { createLoopDelay } from "./loop-delay.ts";
import type { MeteredRevision, Question, WorkerData } from "./worker-messages.ts";
import { joinRevision, type RevisionPart } from "./revision-parts.ts";
import { createWorkerLog } from "./worker-log.ts";
import { createWorkerStore } from "./worker-store.ts";

const gaugesMs = 1_000;

const data = workerData as WorkerData;
const { clock, timers } = nodePlatform;
const workerLog = createWorkerLog(nodePlatform, data.logForm, data.writtenMemory, sendMessage);
const observer = createExchangeObserver(clock, data.flightMemory, data.problems, workerLog.log);
let served: Pick<Gateway, "connectionCount" | "exchangesLately"> = {
  connectionCount: 0,
  exchangesLately: 0,
};
const recorder = await startRecorder();
let extensions: Extensions = { protocols: [], policies: [], proofs: [] };
const store = createWorkerStore(nodePlatform, workerLog.log);
const records = data.stateFolder === undefined ? undefined : openRecords(data.stateFolder);
const { gateway, listening } = await begin(takeFirst());
const loopDelay = createLoopDelay(nodePlatform);
/** Parts of a revision that is coming. */
let ahead: RevisionPart[] = [];
let prepared: { readonly id: string; readonly commit: () => void } | undefined;

// Who asks for metrics right after the start is told how things are, too, and not zeros.
tellGauges();
timers.every(gaugesMs, () => {
  recorder?.refresh();
  tellGauges();
});

answerQuestions((question) => {
  // The first question asks only whether it is up.
  if (question === undefined) return listening;
  return answer(question as Question);
});

function tellGauges(): void {
  const { user, system } = process.threadCpuUsage();
  writeGauges(data.gaugeMemory, {
    connections: served.connectionCount,
    turnedAway: gateway.turnedAwayCount,
    loopDelayMaxMs: loopDelay.takeMaxMs(),
    // `process.memoryUsage` opens a file, and throws when the process may open no more.
    heapUsedBytes: getHeapStatistics().used_heap_size,
    cpuS: (user + system) / 1e6,
    linesDropped: workerLog.dropped,
    limitStore: store.state,
    limitStoreMissed: store.missed,
  });
}

function answer(question: Question): unknown {
  switch (question.kind) {
    case "part":
      if (question.index === 0) ahead = [];
      return ahead.push(question.part);
    case "prepare":
      return prepareLater(question, question.partCount);
    case "commit": {
      const { id, commit } = prepared ?? {};
      if (commit === undefined || id !== question.id) throw new Error(`${question.id} is unknown`);
      prepared = undefined;
      commit();
      return true;
    }
    case "take":
      return prepare(question).then((commit) => commit());
    case "instances":
      gateway.setInstances(question.lists);
      return true;
    case "look":
      return { worker: data.index, ...gateway.look(question.asked) };
    case "drain":
      return drain();
    case "fault":
      return causeFault(question.fault);
  }
}

async function prepareLater(question: MeteredRevision, partCount: number): Promise<void> {
  const { id } = question.revision;
  const parts = partCount === 0 ? [] : ahead;
  ahead = [];
  // A worker that was born in between.
  if (parts.length !== partCount) throw new Error(`parts of ${id} have not come`);
  const revision = joinRevision({ parts, rest: question.revision });
  prepared = { id, commit: await prepare({ ...question, revision }) };
}

function takeFirst(): MeteredRevision {
  const { first } = data;
  assert(first !== undefined, "a worker begins once");
  data.first = undefined;
  return first;
}

async function begin({ revision, meterMemory, instances }: MeteredRevision) {
  observer.expect(revision, meterMemory);
  recorder?.expect(revision);
  await loadExtensions(revision);
  const created = createGateway(
    nodePlatform,
    observer,
    revision,
    () => ({ ...extensions, store: store.current }),
    { recorder, memory: data.sharedMemory, records, log: workerLog.log },
  );
  served = created;
  created.setInstances(instances);
  const port = listenEverywhere(created, revision.configuration.listen.text);
  // Who asks is told; nobody may have asked yet.
  port.catch(() => undefined);
  return { gateway: created, listening: port };
}

/** At the port for callers, which is answered, and at those for programs without a protocol. */
async function listenEverywhere(
  { listen, listenText }: Pick<Gateway, "listen" | "listenText">,
  text: readonly TextListener[] = [],
): Promise<number> {
  const { shared } = data.listen;
  await Promise.all(text.map((one) => listenText({ ...one, shared })));
  return listen(data.listen);
}

/** Where nothing is put on record, the ledger's code takes no memory. */
async function startRecorder(): Promise<WorkerRecorder | undefined> {
  if (data.ledger === undefined) return undefined;
  const { createRecorder } = await import("./ledger/recorder.ts");
  return createRecorder(nodePlatform, workerLog.log, data.ledger, () => served.exchangesLately);
}

/** What no revision has asked for yet takes no memory. */
async function loadExtensions({ contracts, configuration }: Revision): Promise<void> {
  await store.take(configuration.limitStore);
  const { services, policies, callers, identity } = configuration;
  if (contracts.size > 0 && extensions.protocols.length === 0) {
    const { standardProtocols: protocols } = await import("./standard-protocols.ts");
    extensions = { ...extensions, protocols };
  }
  const isPoliced = policies.length > 0 || services.some((service) => service.policies.length > 0);
  if (isPoliced && extensions.policies.length === 0) {
    const { standardPolicies } = await import("./standard-policies.ts");
    extensions = { ...extensions, policies: standardPolicies };
  }
  const hasProofs =
    callers !== "open" && [...callers.proofs.values()].some(({ proofs = [] }) => proofs.length > 0);
  if ((hasProofs || identity !== undefined) && extensions.proofs.length === 0) {
    const { standardProofs: proofs } = await import("./standard-proofs.ts");
    extensions = { ...extensions, proofs };
  }
}

async function prepare(metered: MeteredRevision): Promise<() => void> {
  const { revision, meterMemory, instances } = metered;
  failIfAsked();
  await loadExtensions(revision);
  gateway.setInstances(instances);
  observer.expect(revision, meterMemory);
  const commit = await gateway.prepare(revision);
  return () => {
    recorder?.expect(revision);
    commit();
  };
}

async function drain() {
  const cut = await gateway.drain();
  // Policies have just given back what they did not use.
  await Promise.all([store.finish(), records?.close()]);
  workerLog.flush();
  return { cut };
}
