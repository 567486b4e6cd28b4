/** Text of ours in XML: what XML cannot hold becomes U+FFFD, as a message must get through. */
const control = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]";
const lone = "[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]";
const illegal = new RegExp(`${control}|${lone}`, "g");

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** For elements and for attributes in double quotes. */
export function escapeText(text: string): string {
  return text
    .replace(illegal, "\ufffd")
    .replace(/[&<>"\r]/g, (character) => entities[character] as string);
}
