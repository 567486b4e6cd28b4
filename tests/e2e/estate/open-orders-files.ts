/** Opens new files of the orders service at given moments, to meet others that do the same. */
import { openStore } from "#examples/estate/orders/store.ts";

const [folder = "", firstMs = "0", count = "0"] = process.argv.slice(2);
const stepMs = 40;

for (let index = 0; index < Number(count); index++) {
  const atMs = Number(firstMs) + index * stepMs;
  while (Date.now() < atMs);
  openStore(`${folder}/${index}.sqlite`).close();
}
console.log("all opened");
