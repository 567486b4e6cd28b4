/**
 * google.protobuf.Timestamp and Duration against the model's texts: seconds, and nanoseconds that
 * have the sign of the seconds (Duration) or count upwards (Timestamp).
 */
import { ProtoRefusal } from "./proto-cursor.ts";

export interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}

/** 0001-01-01 to 9999-12-31, as google/protobuf/timestamp.proto has it. */
const secondsMin = -62_135_596_800;
const secondsMax = 253_402_300_799;
/** google/protobuf/duration.proto: some 10,000 years. */
const durationMax = 315_576_000_000;

const moment = /^(-?\d{4,9})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;
const span = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/;

/** @param text of a dateTime with a zone. */
export function toTimestamp(text: string): Moment {
  const match = moment.exec(text);
  if (match === null) throw invalid("a date and time with its time zone");
  const [, year, month, day, hours, minutes, seconds, fraction, zone = "Z"] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds));
  const total = date.getTime() / 1_000 - offsetSeconds(zone);
  if (!(total >= secondsMin && total <= secondsMax)) throw invalid("a year from 0001 to 9999");
  return { seconds: total, nanos: nanosOf(fraction) };
}

export function fromTimestamp({ seconds, nanos }: Moment): string {
  const fits = seconds >= secondsMin && seconds <= secondsMax && nanos >= 0 && nanos < 1e9;
  if (!fits) throw invalid("seconds of the years 0001 to 9999 and nanos from 0 to 999999999");
  const text = new Date(seconds * 1_000).toISOString().slice(0, -5);
  return `${text}${fractionOf(nanos)}Z`;
}

/** @param text of a duration without years and months. */
export function toDuration(text: string): Moment {
  const match = span.exec(text);
  if (match === null) throw invalid("a duration without years and months");
  const [, minus, days, hours, minutes, seconds, fraction] = match;
  const total =
    Number(days ?? 0) * 86_400 +
    Number(hours ?? 0) * 3_600 +
    Number(minutes ?? 0) * 60 +
    Number(seconds ?? 0);
  if (total > durationMax) throw invalid(`at most ${durationMax} seconds`);
  const sign = minus === "-" ? -1 : 1;
  return { seconds: sign * total, nanos: sign * nanosOf(fraction) };
}

export function fromDuration({ seconds, nanos }: Moment): string {
  const isOdd = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
  if (isOdd || Math.abs(seconds) > durationMax || Math.abs(nanos) >= 1e9) {
    throw invalid(`up to ${durationMax} seconds, and nanos of the same sign`);
  }
  const minus = seconds < 0 || nanos < 0 ? "-" : "";
  return `${minus}PT${Math.abs(seconds)}${fractionOf(Math.abs(nanos))}S`;
}

function offsetSeconds(zone: string): number {
  if (zone === "Z") return 0;
  const size = Number(zone.slice(1, 3)) * 3_600 + Number(zone.slice(4)) * 60;
  return zone.startsWith("-") ? -size : size;
}

/** More digits than nanoseconds have are an error, never cut off. */
function nanosOf(fraction = ""): number {
  const digits = fraction.replace(/0+$/, "");
  if (digits.length > 9) throw invalid("at most nine digits behind the point of the seconds");
  return Number(digits.padEnd(9, "0"));
}

function fractionOf(nanos: number): string {
  return nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
}

function invalid(expected: string): ProtoRefusal {
  return new ProtoRefusal(`expected ${expected}`, "invalid-value");
}
