/**
 * The RFCs that this project cites and the sections they have. A citation is written
 * `RFC 9112 §6.3`; a number or section that does not exist is a slip that misleads for years.
 */
interface RfcOutline {
  /** Number of the last top-level section, appendices aside; absent: not checked. */
  readonly sections?: number;
  /** How many subsections a section has, for the RFCs whose outline is held whole. */
  readonly subsections?: Readonly<Record<string, number>>;
}

const rfcs: Readonly<Record<string, RfcOutline>> = {
  1035: { sections: 9 },
  2046: { sections: 9 },
  2616: { sections: 21 },
  2782: {},
  2817: { sections: 10 },
  3339: { sections: 8 },
  3629: { sections: 12 },
  3986: { sections: 10 },
  4180: { sections: 7 },
  4291: { sections: 7 },
  4632: { sections: 11 },
  4648: { sections: 14 },
  5234: { sections: 7 },
  5246: { sections: 12 },
  5280: { sections: 11 },
  5789: { sections: 6 },
  5861: { sections: 6 },
  5869: { sections: 7 },
  5952: { sections: 9 },
  6066: { sections: 15 },
  6125: { sections: 9 },
  6265: { sections: 9 },
  6455: { sections: 14 },
  6570: { sections: 5 },
  6585: { sections: 9 },
  6648: { sections: 9 },
  6750: { sections: 7 },
  6797: { sections: 16 },
  6838: { sections: 12 },
  6901: { sections: 10 },
  6962: { sections: 11 },
  7239: { sections: 10 },
  7301: { sections: 8 },
  7303: { sections: 11 },
  7464: { sections: 7 },
  7517: { sections: 10 },
  7519: { sections: 13 },
  7541: { sections: 8 },
  7578: { sections: 8 },
  7617: { sections: 7 },
  7638: { sections: 7 },
  7662: { sections: 6 },
  7914: { sections: 14 },
  8032: { sections: 9 },
  8037: { sections: 5 },
  8187: { sections: 6 },
  8259: { sections: 14 },
  8288: { sections: 7 },
  8297: { sections: 5 },
  8410: { sections: 13 },
  8441: { sections: 11 },
  8446: { sections: 12 },
  8470: { sections: 9 },
  8594: { sections: 11 },
  8610: {},
  8615: { sections: 6 },
  8693: { sections: 7 },
  8725: { sections: 6 },
  8785: { sections: 7 },
  8949: { sections: 11 },
  9110: {
    sections: 19,
    subsections: {
      ...{ "1": 5, "2": 5, "3": 9, "4": 3, "4.2": 5, "4.3": 5, "5": 6, "5.6": 7 },
      ...{ "6": 6, "6.4": 2, "6.5": 2, "6.6": 2, "7": 8, "7.6": 3 },
      ...{ "8": 8, "8.3": 3, "8.4": 1, "8.8": 4, "8.8.2": 2, "8.8.3": 3, "9": 3, "9.2": 3 },
      ...{ "9.3": 8, "10": 2, "10.1": 6, "10.2": 4, "11": 7, "11.6": 3, "11.7": 3, "12": 5 },
      ...{ "12.4": 3, "12.5": 5, "13": 2, "13.1": 5, "13.2": 2, "14": 6, "14.1": 2 },
      ...{ "15": 6, "15.2": 2, "15.3": 7, "15.4": 9, "15.5": 22, "15.6": 6, "16": 7 },
      ...{ "16.1": 2, "16.2": 2, "16.3": 2, "16.4": 2, "16.5": 2, "16.6": 2, "17": 17 },
      ...{ "18": 10, "19": 2 },
    },
  },
  9111: { sections: 9 },
  9112: {
    sections: 13,
    subsections: {
      ...{ "1": 2, "2": 3, "3": 3, "3.2": 4, "5": 2, "6": 3, "7": 4, "7.1": 3, "9": 8 },
      ...{ "9.3": 2, "10": 2, "11": 4, "12": 4, "13": 2 },
    },
  },
  9113: { sections: 12 },
  9162: { sections: 12 },
  9205: { sections: 7 },
  9209: { sections: 5 },
  9211: { sections: 7 },
  9440: { sections: 5 },
  9421: { sections: 8 },
  9457: { sections: 7 },
  9525: { sections: 8 },
  9530: { sections: 8 },
  9562: { sections: 8 },
  9651: { sections: 7 },
  9727: { sections: 9 },
  9745: { sections: 8 },
  10008: {},
};

/** Why a citation is wrong, or undefined. `section` is like "6.3", or empty. */
export function citationFault(number: string, section: string): string | undefined {
  const outline = rfcs[number];
  if (outline === undefined)
    return `RFC ${number} is not in the table of tests/tidy/rfc-sections.ts`;
  if (section === "" || /^[A-Z]/.test(section)) return undefined;
  const parts = section.split(".").map(Number);
  if (outline.sections !== undefined && (parts[0] as number) > outline.sections) {
    return `RFC ${number} has no section ${section}: its last is ${outline.sections}`;
  }
  if (outline.subsections === undefined) return undefined;
  for (let depth = 1; depth < parts.length; depth++) {
    const parent = parts.slice(0, depth).join(".");
    const count = outline.subsections[parent] ?? 0;
    if ((parts[depth] as number) > count) {
      return `RFC ${number} has no section ${section}: §${parent} has ${count} subsections`;
    }
  }
  return undefined;
}
