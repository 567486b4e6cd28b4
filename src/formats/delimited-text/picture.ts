/** Dates and times as old programs write them: `yyyyMMdd` for 2026-11-25, `HH:mm` for 13:20:00. */

const lexical = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d))?$|^(\d\d):(\d\d):(\d\d)$/;
const parts = /yyyy|yy|MM|dd|HH|mm|ss/g;

/** Letters that are parts, and what stands between them; undefined: it is no picture. */
export function checkPicture(picture: string, kind: "date" | "time" | "dateTime"): boolean {
  const found: readonly string[] = picture.match(parts) ?? [];
  if (/[A-Za-z]/.test(picture.replaceAll(parts, "")) || new Set(found).size < found.length) {
    return false;
  }
  const hasDate = found.includes("MM") && found.includes("dd") && /yy/.test(picture);
  const hasTime = found.includes("HH") && found.includes("mm");
  return (kind === "time" || hasDate) && (kind === "date" || hasTime);
}

/** The text in the picture; undefined: the picture has no place for all of it. */
export function toPicture(text: string, picture: string): string | undefined {
  const match = lexical.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, hourOnly, minuteOnly, secondOnly] = match;
  const seconds = second ?? secondOnly;
  if (seconds !== undefined && seconds !== "00" && !picture.includes("ss")) return undefined;
  const isShort = !picture.includes("yyyy") && year !== undefined;
  if (isShort && fullYear(year.slice(2)) !== year) return undefined;
  const values: Readonly<Record<string, string | undefined>> = {
    yyyy: year,
    yy: year?.slice(2),
    MM: month,
    dd: day,
    HH: hour ?? hourOnly,
    mm: minute ?? minuteOnly,
    ss: seconds,
  };
  return picture.replaceAll(parts, (part) => values[part] ?? "00");
}

/** The lexical form of a text in the picture; whether there is such a day, the type knows. */
export function fromPicture(
  text: string,
  picture: string,
  kind: "date" | "time" | "dateTime",
): string | undefined {
  const values = new Map<string, string>();
  let at = 0;
  let from = 0;
  for (const match of picture.matchAll(parts)) {
    const between = picture.slice(from, match.index);
    const value = text.slice(at + between.length, at + between.length + match[0].length);
    if (!text.startsWith(between, at) || !/^\d+$/.test(value)) return undefined;
    values.set(match[0], value);
    at += between.length + match[0].length;
    from = match.index + match[0].length;
  }
  if (text.slice(at) !== picture.slice(from)) return undefined;
  const year = values.get("yyyy") ?? fullYear(values.get("yy") ?? "00");
  const day = `${year}-${values.get("MM")}-${values.get("dd")}`;
  const time = `${values.get("HH")}:${values.get("mm")}:${values.get("ss") ?? "00"}`;
  return kind === "date" ? day : kind === "time" ? time : `${day}T${time}`;
}

/** POSIX strptime: 69 to 99 are of the last century. */
function fullYear(year: string): string {
  return `${Number(year) < 69 ? "20" : "19"}${year}`;
}
