/** A value of a document that knows where it stands, so that every later message can say so. */
export type PlacedNode = PlacedScalar | PlacedList | PlacedMap;

export interface PlacedScalar {
  readonly kind: "scalar";
  /** In characters from the beginning of the text, as all offsets. */
  readonly offset: number;
  readonly value: string | number | boolean | null;
  /** Of a number: its text, which may say more than a binary number can hold. */
  readonly source?: string;
  /** The text before its `${NAME}` references were replaced. */
  readonly written?: string;
}

export interface PlacedList {
  readonly kind: "list";
  readonly offset: number;
  readonly items: readonly PlacedNode[];
}

export interface PlacedMap {
  readonly kind: "map";
  readonly offset: number;
  readonly entries: ReadonlyMap<string, PlacedEntry>;
}

export interface PlacedEntry {
  readonly keyOffset: number;
  readonly node: PlacedNode;
}
