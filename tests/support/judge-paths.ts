/**
 * Whether a forwarded target can leave the path it was confined to, in the eyes of servers that
 * decode, split, trim or collapse paths each in their own way.
 */
interface PathReading {
  readonly name: string;
  readonly read: (path: string) => string;
}

function percentDecode(path: string): string {
  return path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Two-byte overlong forms and the IIS `%u` spelling of ASCII characters. */
function overlongDecode(path: string): string {
  return path
    .replace(/%u([0-9a-fA-F]{4})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16) % 0xff00),
    )
    .replace(/%c([01])%([89ab][0-9a-f])/gi, (_, high: string, low: string) =>
      String.fromCharCode(Number(high) * 64 + (Number.parseInt(low, 16) & 0x3f)),
    );
}

const dropParameters = (path: string): string => path.replace(/;[^/]*/g, "");
const backslashes = (path: string): string => path.replaceAll("\\", "/");
const cutAtNul = (path: string): string => path.split("\0")[0] as string;

const readings: readonly PathReading[] = [
  { name: "as sent", read: (path) => path },
  { name: "decoded", read: percentDecode },
  { name: "decoded twice", read: (path) => percentDecode(percentDecode(path)) },
  { name: "with backslashes as slashes", read: (path) => backslashes(percentDecode(path)) },
  { name: "without parameters", read: (path) => percentDecode(dropParameters(path)) },
  {
    name: "without decoded parameters",
    read: (path) => dropParameters(percentDecode(path)),
  },
  { name: "cut at NUL", read: (path) => cutAtNul(percentDecode(path)) },
  { name: "with overlong UTF-8", read: (path) => percentDecode(overlongDecode(path)) },
  { name: "with %u", read: (path) => backslashes(percentDecode(overlongDecode(path))) },
  {
    // Windows drops blanks at the end of a name, others drop control characters anywhere.
    name: "without blanks and control characters",
    read: (path) => percentDecode(path).replace(/[\0-\x20\x7f]/g, ""),
  },
];

function removeDotSegments(path: string): string {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") out.pop();
    else if (segment !== "." && segment !== "") out.push(segment);
  }
  return `/${out.join("/")}`;
}

/** Reasons why the target leaves `basePath`; none: it stays. */
export function pathEscapes(target: string, basePath: string): string[] {
  const reasons: string[] = [];
  const path = target.split("?")[0] as string;
  // Browsers send backslashes in queries as they are; in a path they read as slashes.
  if (/[\0-\x20\x7f-\xff#]/.test(target) || path.includes("\\")) {
    reasons.push(`target ${target} has a bad character`);
  }
  if (!path.startsWith(`${basePath}/`) && path !== basePath) {
    reasons.push(`target ${target} is outside ${basePath}`);
  }
  if (path.startsWith("//")) reasons.push(`target ${target} reads as an authority`);
  for (const { name, read } of readings) {
    const plain = removeDotSegments(read(path));
    if (plain === basePath || plain.startsWith(`${basePath}/`)) continue;
    reasons.push(`target ${target}, read ${name}, leaves ${basePath} for ${plain}`);
  }
  return reasons;
}
