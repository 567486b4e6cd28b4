/** Lexical forms of dates, times and durations (XSD Part 2 §3.2.6 to §3.2.9); days must exist. */
import type { ScalarText } from "./lexical-numbers.ts";
import type { Zone } from "./types.ts";

/** Units of a text that is checked: the fraction of a second may be long. */
const lengthMax = 100;

const datePart = "(-?(?:[1-9]\\d{4,8}|\\d{4}))-(\\d\\d)-(\\d\\d)";
const timePart = "(\\d\\d):(\\d\\d):(\\d\\d)(\\.\\d+)?";
const zonePart = "(Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))?";

const date = new RegExp(`^${datePart}${zonePart}$`);
const time = new RegExp(`^${timePart}${zonePart}$`);
const dateTime = new RegExp(`^${datePart}T${timePart}${zonePart}$`);
const calendarDuration =
  /^-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const secondsDuration = /^-?P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;

export function compileDate(zone: Zone): ScalarText {
  return compileMoment(`a date such as 2026-11-25${zoneHint(zone)}`, (text) => {
    const match = date.exec(text);
    return match !== null && isDay(match, 1) && zoneFits(zone, match[4]);
  });
}

export function compileTime(zone: Zone): ScalarText {
  return compileMoment(`a time such as 13:20:00${zoneHint(zone)}`, (text) => {
    const match = time.exec(text);
    return match !== null && isTime(match, 1) && zoneFits(zone, match[5]);
  });
}

export function compileDateTime(zone: Zone): ScalarText {
  return compileMoment(`a date and time such as 2026-11-25T13:20:00${zoneHint(zone)}`, (text) => {
    const match = dateTime.exec(text);
    return match !== null && isDay(match, 1) && isTime(match, 4) && zoneFits(zone, match[8]);
  });
}

export function compileDuration(style: "seconds" | "calendar"): ScalarText {
  const pattern = style === "seconds" ? secondsDuration : calendarDuration;
  const example = style === "seconds" ? "P3DT4H5.5S" : "P1Y2M3DT4H";
  return compileMoment(`a duration such as ${example}`, (text) => pattern.test(text));
}

function compileMoment(expected: string, holds: (text: string) => boolean): ScalarText {
  const check = (text: string): string | undefined =>
    text.length <= lengthMax && holds(text) ? text : undefined;
  return {
    expected,
    read: check,
    write: (value) => (typeof value === "string" ? check(value) : undefined),
  };
}

function zoneHint(zone: Zone): string {
  if (zone === "required") return "Z, with its time zone";
  return zone === "none" ? ", without a time zone" : "";
}

function zoneFits(zone: Zone, found: string | undefined): boolean {
  return zone === "optional" || (zone === "required") === (found !== undefined);
}

/** Year, month and day are groups `from` to `from + 2`. There is no year 0000 (XSD 1.0). */
function isDay(match: RegExpExecArray, from: number): boolean {
  const year = Number(match[from]);
  const month = Number(match[from + 1]);
  const day = Number(match[from + 2]);
  return year !== 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return leap ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Hour, minute, second and fraction; 24:00:00 is the end of a day. */
function isTime(match: RegExpExecArray, from: number): boolean {
  const hour = Number(match[from]);
  const minute = Number(match[from + 1]);
  const second = Number(match[from + 2]);
  if (hour === 24) return minute === 0 && second === 0 && !/[1-9]/.test(match[from + 3] ?? "");
  return hour < 24 && minute < 60 && second < 60;
}
