/** Names of callers as texts: those asked for lately are at hand. */
import { callerNameAt, type Callers } from "#configuration/callers.ts";

const keptMax = 1_024;

/** @returns what tells the name of the caller at a place; "": there is none. */
export function createCallerNames(callers: Callers): (place: number) => string {
  const places = new Int32Array(keptMax).fill(-1);
  const names: string[] = [];
  return (place) => {
    const slot = place % keptMax;
    if (places[slot] === place) return names[slot] as string;
    const name = callerNameAt(callers, place);
    if (name === undefined) return "";
    places[slot] = place;
    names[slot] = name;
    return name;
  };
}
