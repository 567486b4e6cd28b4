/** What the shop sells. Prices are decimal strings in rupees. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly about: string;
  readonly price: string;
  /** Name of the drawing in page/drawings.svg. */
  readonly drawing: string;
}

export const catalogue: readonly Product[] = [
  {
    sku: "TEA-ASSAM-250",
    name: "Assam tea",
    about: "Second flush, malty, 250 g",
    price: "349.50",
    drawing: "tin",
  },
  {
    sku: "COFFEE-COORG-500",
    name: "Coorg filter coffee",
    about: "Medium roast, ground, 500 g",
    price: "575.00",
    drawing: "bag",
  },
  {
    sku: "TUMBLER-BRASS-2",
    name: "Brass tumblers",
    about: "A pair with saucers, hand-spun",
    price: "1240.00",
    drawing: "tumbler",
  },
  {
    sku: "KETTLE-STEEL-1L",
    name: "Steel kettle",
    about: "For the stove, one litre",
    price: "899.99",
    drawing: "kettle",
  },
  {
    sku: "JAGGERY-ORG-900",
    name: "Palm jaggery",
    about: "Unrefined, in blocks, 900 g",
    price: "210.25",
    drawing: "jar",
  },
  {
    sku: "CUP-CLAY-6",
    name: "Clay cups",
    about: "Six kulhads, unglazed",
    price: "180.00",
    drawing: "cup",
  },
];
