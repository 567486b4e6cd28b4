/** The articles on sale, kept in memory, and who waits for changes of their prices. */
import { EventEmitter, on } from "node:events";

interface Garden {
  readonly name: string;
  readonly country: string;
}

interface Common {
  readonly sku: string;
  readonly name: string;
  readonly price: string;
  readonly changedAt: string;
}

export type Article =
  | (Common & { readonly kind: "TEA"; readonly weight: number; readonly garden: Garden | null })
  | (Common & { readonly kind: "POT"; readonly capacity: string });

export interface Wanted {
  readonly kind?: Article["kind"] | null;
  readonly priceMax?: string | null;
  readonly words?: readonly string[] | null;
}

const opened = "2026-11-01T09:00:00Z";
const halmari: Garden = { name: "Halmari", country: "IN" };

const articles = new Map<string, Article>(
  (
    [
      {
        ...{ kind: "TEA", sku: "TEA-ASSAM-250", name: "Assam tea", price: "349.50" },
        ...{ changedAt: opened, weight: 250, garden: halmari },
      },
      {
        ...{ kind: "TEA", sku: "TEA-SENCHA-100", name: "Sencha", price: "420.00" },
        ...{ changedAt: opened, weight: 100, garden: null },
      },
      {
        ...{ kind: "POT", sku: "POT-IRON-08", name: "Iron pot", price: "2499.99" },
        ...{ changedAt: opened, capacity: "0.8" },
      },
    ] satisfies Article[]
  ).map((one) => [one.sku, one]),
);

const changes = new EventEmitter();
changes.setMaxListeners(0);

export function articleOf(sku: string): Article | undefined {
  return articles.get(sku);
}

export function listArticles(first: number): readonly Article[] {
  return [...articles.values()]
    .toSorted((a, b) => (a.sku < b.sku ? -1 : 1))
    .slice(0, Math.max(first, 0));
}

export function searchArticles({ kind, priceMax, words }: Wanted): readonly Article[] {
  return listArticles(Infinity).filter((one) => {
    const name = one.name.toLowerCase();
    return (
      (kind === undefined || kind === null || one.kind === kind) &&
      (priceMax === undefined || priceMax === null || paise(one.price) <= paise(priceMax)) &&
      (words ?? []).every((word) => name.includes(word.toLowerCase()))
    );
  });
}

/** Undefined: there is no such article. */
export function setPrice(sku: string, price: string): Article | undefined {
  const found = articles.get(sku);
  if (found === undefined) return undefined;
  const changed = { ...found, price, changedAt: new Date().toISOString() };
  articles.set(sku, changed);
  changes.emit(sku, changed);
  return changed;
}

/** The article as it is, then as it is after every change. */
export async function* watchArticle(sku: string): AsyncGenerator<Article> {
  const coming = on(changes, sku);
  try {
    const found = articles.get(sku);
    if (found !== undefined) yield found;
    for await (const [changed] of coming) yield changed as Article;
  } finally {
    await coming.return?.();
  }
}

export function isPrice(text: string): boolean {
  return /^\d{1,9}\.\d\d$/.test(text);
}

/** Exact to the hundredth; more decimals are cut. */
function paise(price: string): bigint {
  const [whole = "0", rest = ""] = price.split(".");
  return BigInt(whole + rest.padEnd(2, "0").slice(0, 2));
}
