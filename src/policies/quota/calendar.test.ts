import assert from "node:assert/strict";
import test from "node:test";
import { createCalendar, isTimeZone, type Period } from "./calendar.ts";

const cases: readonly (readonly [Period, string, string, string, string])[] = [
  ["day", "UTC", "2026-11-25T21:00:00Z", "2026-11-25", "2026-11-26T00:00:00.000Z"],
  ["day", "UTC", "2026-11-25T00:00:00Z", "2026-11-25", "2026-11-26T00:00:00.000Z"],
  ["month", "UTC", "2028-02-01T00:00:00Z", "2028-02", "2028-03-01T00:00:00.000Z"],
  ["month", "UTC", "2026-12-31T23:59:59.999Z", "2026-12", "2027-01-01T00:00:00.000Z"],
  ["day", "Europe/Berlin", "2026-11-25T23:30:00Z", "2026-11-26", "2026-11-26T23:00:00.000Z"],
  // Days of 25 and of 23 hours.
  ["day", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25", "2026-10-25T23:00:00.000Z"],
  ["day", "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-29", "2026-03-29T22:00:00.000Z"],
  ["month", "Asia/Kathmandu", "2026-11-30T18:14:59Z", "2026-11", "2026-11-30T18:15:00.000Z"],
];

for (const [period, timeZone, now, name, end] of cases) {
  test(`at ${now} the ${period} in ${timeZone} is ${name}`, () => {
    const found = createCalendar(period, timeZone).at(Date.parse(now));
    assert.equal(found.name, name);
    assert.equal(new Date(found.endMs).toISOString(), end);
  });
}

test("a clock that is set back is in the day before again", () => {
  const calendar = createCalendar("day", "UTC");
  assert.equal(calendar.at(Date.parse("2026-11-26T00:00:01Z")).name, "2026-11-26");
  assert.equal(calendar.at(Date.parse("2026-11-25T23:59:59Z")).name, "2026-11-25");
  assert.equal(calendar.at(Date.parse("2026-11-26T00:00:00Z")).name, "2026-11-26");
});

test("what is no time zone is told from what is", () => {
  assert.deepEqual(["UTC", "Europe/Berlin", "Mars/Olympus", ""].map(isTimeZone), [
    true,
    true,
    false,
    false,
  ]);
});
