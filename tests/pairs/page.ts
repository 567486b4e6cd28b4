/** The matrix as a page: docs/reference/pairs.md. */
import type { Cell } from "./measure.ts";
import type { Matrix } from "./matrix.ts";

const head = `# Pairs: every face before every dialect

<!-- Generated from what was measured: RECORD=1 node --test tests/pairs/ -->

What of the same values comes through when callers in a face call instances that speak another dialect.
The contract is one of OpenAPI with a field for everything that dialects spell in their own ways: largest
numbers, long decimals, absent, null and empty, bytes, times, odd characters, enums, unions, lists, maps,
records inside records, any JSON. Two gateways stand one behind the other, the second one as the instance;
callers speak with the same codecs as instances are called with, so that what is wrong in the same way on
both sides is not seen here: that is what programs of other people are for, in \`tests/e2e\`.

Texts are declared over the same contract: XML with its fields as elements, XML-RPC, and the \`key=value\`
lines that \`parlance describe --as text\` writes, over TCP. A service has one text, so that there is nothing
where two of them would meet.

Where a caller speaks the dialect of the instance itself, in REST and SOAP as in gRPC, bytes pass as they
are, and what is not exact is what the dialect itself cannot tell. A fault for which the contract has a body
of its own says no more than that body and its status in REST.

Each cell has three grades: values, faults, streams.

| grade | means |
| ----- | ----- |
| L0 | exact |
| L1 | lexical only: another spelling of the same |
| L2 | narrowed: something was refused, merged or changed; it is named below |
| L3 | not offered |

`;

export function renderPage(matrix: Matrix): string {
  const upstreams = Object.keys(matrix);
  const faces = Object.keys(matrix[upstreams[0] ?? ""] ?? {});
  const cellOf = (face: string, upstream: string): Cell | undefined => matrix[upstream]?.[face];
  const rows = faces.map((face) => {
    const cells = upstreams.map((upstream) => gradesOf(cellOf(face, upstream)));
    return `| ${[face, ...cells].join(" | ")} |`;
  });
  const table = [
    `| caller in \\ instances speak | ${upstreams.join(" | ")} |`,
    `| --- | ${upstreams.map(() => "---").join(" | ")} |`,
    ...rows,
  ];
  const sections = groupsOf(faces, upstreams, cellOf).map(
    ({ pairs, findings }) =>
      `### ${pairs.join(", ")}\n\n${findings.map((one) => `- ${escaped(one)}\n`).join("")}`,
  );
  return `${head}${table.join("\n")}\n\n## What is not exact\n\n${sections.join("\n")}`;
}

function gradesOf(cell: Cell | undefined): string {
  return cell === undefined ? "" : `${cell.values} ${cell.faults} ${cell.streams}`;
}

interface Group {
  readonly pairs: string[];
  readonly findings: readonly string[];
}

/** Pairs that lose the very same are told together. */
function groupsOf(
  faces: readonly string[],
  upstreams: readonly string[],
  cellOf: (face: string, upstream: string) => Cell | undefined,
): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const face of faces) {
    for (const upstream of upstreams) {
      const findings = cellOf(face, upstream)?.findings ?? [];
      if (findings.length === 0) continue;
      const key = findings.join("\n");
      const group = groups.get(key) ?? { pairs: [], findings };
      group.pairs.push(`${face} → ${upstream}`);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

/** Texts of messages are no markup. */
function escaped(text: string): string {
  return text.replaceAll(/[<>*_[\]`|\\#]/g, "\\$&");
}
