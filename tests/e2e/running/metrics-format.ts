/** Checks a text against the Prometheus exposition format 0.0.4 and the conventions for names. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPart = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/;

/** Throws at the first fault, with its line. */
export function readMetrics(text: string): readonly Sample[] {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const samples: Sample[] = [];
  const series = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") {
      if (helps.has(name)) fail("a second HELP");
      helps.add(name);
      current = name;
    } else if (kind === "TYPE") {
      if (types.has(name) || name !== current) fail("TYPE without its HELP, or twice");
      if (!["counter", "gauge", "histogram", "summary"].includes(rest)) fail("unknown type");
      if ((rest === "counter") !== name.endsWith("_total")) fail("_total is for counters");
      types.set(name, rest);
    } else {
      const sample = readSample(line, fail);
      const family = sample.name.replace(
        ["histogram", "summary"].includes(types.get(current) ?? "") ? /_(bucket|sum|count)$/ : /$^/,
        "",
      );
      if (family !== current) fail(`stands among the samples of ${current}`);
      const key = `${sample.name}${JSON.stringify(sample.labels)}`;
      if (series.has(key)) fail("the series was there already");
      series.add(key);
      samples.push(sample);
    }
  }
  checkHistograms(samples, types);
  return samples;
}

function readSample(line: string, fail: (why: string) => never): Sample {
  const [, name = "", labelText = "", valueText = ""] = sampleLine.exec(line) ?? fail("no sample");
  const labels: Record<string, string> = {};
  for (let rest = labelText; rest !== "";) {
    const [whole = "", label = "", value = ""] = labelPart.exec(rest) ?? fail("bad labels");
    if (label in labels) fail("a label twice");
    labels[label] = value;
    rest = rest.slice(whole.length);
  }
  const value = Number(valueText.replace("+Inf", "Infinity"));
  if (Number.isNaN(value)) fail("no number");
  return { name, labels, value };
}

/** Buckets grow, and the last one is the count. */
function checkHistograms(samples: readonly Sample[], types: ReadonlyMap<string, string>): void {
  for (const [family, type] of types) {
    if (type !== "histogram") continue;
    const counts = samples.filter(({ name }) => name === `${family}_count`);
    for (const count of counts) {
      const own = samples.filter(
        ({ name, labels: { le: _le, ...rest } }) =>
          name === `${family}_bucket` && JSON.stringify(rest) === JSON.stringify(count.labels),
      );
      const isGrowing = own.every(
        ({ value }, at) => at === 0 || value >= (own[at - 1]?.value ?? 0),
      );
      const last = own.at(-1);
      if (!isGrowing || last?.labels["le"] !== "+Inf" || last.value !== count.value) {
        throw new Error(`${family}: buckets do not add up for ${JSON.stringify(count.labels)}`);
      }
    }
  }
}
