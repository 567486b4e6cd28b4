/** What no schema can say of issuers, and of callers that refer to them. */
import { didYouMean } from "#base/nearest.ts";
import type { ProofFiles, ProofFinding, ProofUses } from "#extension/proof.ts";
import type { Issuer, TokenCaller, TokenOptions } from "./options.ts";
import { faultOfKeySet } from "./public-keys.ts";
import { reasonIn } from "./reason.ts";

const keysBytesMax = 512 * 1024;

export function checkTokens(
  { callers, options: { issuers = {} } }: ProofUses<TokenCaller, TokenOptions>,
  files: ProofFiles,
): readonly ProofFinding[] {
  const findings = Object.entries(issuers).flatMap(([name, issuer]) =>
    checkIssuer(name, issuer, files),
  );
  const urls = Object.values(issuers).map(({ issuer }) => issuer);
  for (const [index, url] of urls.entries()) {
    if (urls.indexOf(url) === index) continue;
    const message = `two issuers have the same \`issuer\` ${JSON.stringify(url)}`;
    findings.push({ severity: "error", message });
  }
  const owners = new Map<string, string>();
  for (const { name, options, source } of callers) {
    const { issuer, subject = null, claims = {} } = options;
    if (!Object.hasOwn(issuers, issuer)) {
      const message = `caller ${name}: ${JSON.stringify(issuer)} is none of the issuers`;
      const suggestion = didYouMean(issuer, Object.keys(issuers));
      const hint = suggestion === undefined ? {} : { suggestion };
      findings.push({ severity: "error", message, source, ...hint });
    }
    const wanted = JSON.stringify([issuer, subject, sortedMembers(claims)]);
    const owner = owners.get(wanted);
    if (owner === undefined) owners.set(wanted, name);
    else {
      const message = `callers ${owner} and ${name} have the same tokens; expected one of them`;
      findings.push({ severity: "error", message, source });
    }
  }
  return findings;
}

function checkIssuer(name: string, issuer: Issuer, files: ProofFiles): ProofFinding[] {
  const { jwksFile, jwksUri, introspection } = issuer;
  const sources = [jwksFile, jwksUri, introspection].filter((one) => one !== undefined);
  if (sources.length > 1) {
    const message =
      `issuer ${name} has several of \`jwksFile\`, \`jwksUri\` and \`introspection\`; ` +
      "expected one of them";
    return [{ severity: "error", message }];
  }
  if (jwksFile !== undefined) return checkKeys(name, jwksFile, files);
  const url = jwksUri ?? introspection?.uri ?? issuer.issuer;
  if (!/^https?:\/\//.test(url)) {
    const message = `issuer ${name}: its keys cannot be found, since its \`issuer\` is no URL`;
    return [{ severity: "error", message, suggestion: "give `jwksFile` or `jwksUri`" }];
  }
  if (url.startsWith("http:") && !isLoopback(url)) {
    const message = `issuer ${name} is asked without TLS: whoever is in between can be any caller`;
    return [{ severity: "warning", message, suggestion: "use https" }];
  }
  return [];
}

function isLoopback(url: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(URL.parse(url)?.hostname ?? "");
}

function checkKeys(name: string, file: string, files: ProofFiles): ProofFinding[] {
  const bad = (fault: string): ProofFinding[] => [
    { severity: "error", message: `issuer ${name}: ${file}: ${fault}` },
  ];
  try {
    const bytes = files.readUpTo(file, keysBytesMax + 1);
    if (bytes.length > keysBytesMax) return bad(`it is larger than ${keysBytesMax} bytes`);
    const fault = faultOfKeySet(JSON.parse(bytes.toString()));
    return fault === undefined ? [] : bad(fault);
  } catch (error) {
    return bad(`it is no JWK set: ${reasonIn(error)}`);
  }
}

function sortedMembers(members: object): readonly (readonly [string, unknown])[] {
  return Object.entries(members).toSorted(([one], [other]) => (one < other ? -1 : 1));
}
