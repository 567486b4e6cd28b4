/** Reads the three forms of dates in HTTP (RFC 9110 §5.6.7). */

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const time = "(\\d{2}):(\\d{2}):(\\d{2})";
const fixed = new RegExp(`^[a-z]{3}, (\\d{2}) ([a-z]{3}) (\\d{4}) ${time} gmt$`, "i");
const rfc850 = new RegExp(`^[a-z]{6,9}, (\\d{2})-([a-z]{3})-(\\d{2}) ${time} gmt$`, "i");
const asctime = new RegExp(`^[a-z]{3} ([a-z]{3}) ([ \\d]\\d) ${time} (\\d{4})$`, "i");

/**
 * @param nowMs for years of two digits.
 * @returns milliseconds since 1970; undefined: it is no date.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const first = fixed.exec(text);
  if (first !== null) {
    const [, day, month, year, ...clock] = first;
    return dateOf(Number(year), month, Number(day), clock);
  }
  const second = rfc850.exec(text);
  if (second !== null) {
    const [, day, month, year, ...clock] = second;
    return dateOf(fullYear(Number(year), nowMs), month, Number(day), clock);
  }
  const third = asctime.exec(text);
  if (third === null) return undefined;
  const [, month, day, hours = "", minutes = "", seconds = "", year] = third;
  return dateOf(Number(year), month, Number(day), [hours, minutes, seconds]);
}

/** What seems to be more than 50 years ahead is in the past. */
function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function dateOf(
  year: number,
  monthName: string | undefined,
  day: number,
  clock: readonly string[],
): number | undefined {
  const month = months.indexOf((monthName ?? "").toLowerCase());
  const [hours = 0, minutes = 0, seconds = 0] = clock.map(Number);
  // A leap second is the last one of its minute.
  if (month < 0 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const ms = Date.UTC(year, month, day, hours, minutes, Math.min(seconds, 59));
  return new Date(ms).getUTCDate() === day ? ms : undefined;
}
