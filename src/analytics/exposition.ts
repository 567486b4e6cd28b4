/** Writes metrics in the Prometheus text format, version 0.0.4. */
type MetricType = "counter" | "gauge" | "histogram" | "summary";

export type Labels = Readonly<Record<string, string | number>>;

export interface Exposition {
  /** Begins a metric; samples follow until the next one. */
  metric(name: string, type: MetricType, help: string): void;
  sample(labels: Labels, value: number, suffix?: string): void;
  text(): string;
}

export function createExposition(): Exposition {
  const lines: string[] = [];
  let current = "";
  return {
    metric(name, type, help) {
      current = name;
      lines.push(`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`);
      lines.push(`# TYPE ${name} ${type}`);
    },
    sample(labels, value, suffix = "") {
      lines.push(`${current}${suffix}${labelText(labels)} ${valueText(value)}`);
    },
    text: () => `${lines.join("\n")}\n`,
  };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(String(value))}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}
