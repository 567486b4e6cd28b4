/** Why something failed, in words, down to the cause that says it. */
export function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  // fetch says only that it failed.
  const isVague = error.message === "fetch failed" || error.message === "";
  return isVague && cause !== undefined ? reasonIn(cause) : error.message || error.name;
}
