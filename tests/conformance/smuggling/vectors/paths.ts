/** Targets that some server reads as leaving the path they were confined to. */
import { get, sources, vectorsOf, type Vector } from "./vector.ts";

const httpd = "CVE-2021-41773 and CVE-2021-42013 (httpd)";
const iis = "CVE-2000-0884 (IIS)";

/** All relative to the service's prefix `/echo`. */
const escapes: readonly (readonly [string, string, string])[] = [
  ["a dot segment", "RFC 3986 §5.2.4", "/../smuggled"],
  ["a dot segment inside", "RFC 3986 §5.2.4", "/a/../../smuggled"],
  ["a dot segment at the end", "RFC 3986 §5.2.4", "/.."],
  ["a single dot", "RFC 3986 §5.2.4", "/./../smuggled"],
  ["an encoded dot segment", httpd, "/%2e%2e/smuggled"],
  ["a half encoded one", httpd, "/.%2e/smuggled"],
  ["another half", httpd, "/%2e./smuggled"],
  ["an encoded one in capitals", httpd, "/%2E%2E/smuggled"],
  ["an encoded slash", sources.tsai, "/..%2fsmuggled"],
  ["all encoded", sources.tsai, "/%2e%2e%2fsmuggled"],
  ["encoded twice", httpd, "/%252e%252e/smuggled"],
  ["all encoded twice", httpd, "/%252e%252e%252fsmuggled"],
  ["a digit encoded", httpd, "/%%32%65%%32%65/smuggled"],
  ["a backslash", sources.tsai, "/..\\smuggled"],
  ["an encoded backslash", sources.tsai, "/..%5csmuggled"],
  ["a backslash first", sources.tsai, "\\..\\smuggled"],
  ["a parameter", sources.tsai, "/..;/smuggled"],
  ["a parameter with a value", sources.tsai, "/..;a=b/smuggled"],
  ["an encoded parameter", sources.tsai, "/..%3b/smuggled"],
  ["encoded dots with a parameter", sources.tsai, "/%2e%2e;/smuggled"],
  ["a parameter before dots", sources.tsai, "/a;/../../smuggled"],
  ["a parameter that holds the dots", sources.tsai, "/a;/..;/..;/smuggled"],
  ["a NUL behind the dots", sources.tsai, "/..%00/smuggled"],
  ["a NUL in front", sources.tsai, "/%00/../../smuggled"],
  ["an encoded CR LF", sources.splitting, "/x%0d%0aX:%20y"],
  ["an encoded tab in the dots", sources.tsai, "/.%09./smuggled"],
  ["an encoded space behind the dots", sources.tsai, "/..%20/smuggled"],
  ["overlong dots", iis, "/%c0%ae%c0%ae/smuggled"],
  ["an overlong slash", iis, "/..%c0%afsmuggled"],
  ["an overlong backslash", iis, "/..%c1%9csmuggled"],
  ["three-byte overlong dots", iis, "/%e0%80%ae%e0%80%ae/smuggled"],
  ["IIS Unicode dots", iis, "/%u002e%u002e/smuggled"],
  ["an IIS Unicode slash", iis, "/..%u2215smuggled"],
  ["fullwidth dots", sources.tsai, "/%ef%bc%8e%ef%bc%8e/smuggled"],
  ["empty segments", sources.tsai, "//../smuggled"],
  ["an empty segment and a host", sources.tsai, "//evil.test/smuggled"],
  ["many empty segments", sources.tsai, "////../../smuggled"],
  ["a bad escape", "RFC 3986 §2.1", "/%2"],
  ["a bad escape with letters", "RFC 3986 §2.1", "/%zz"],
  ["a percent sign alone", "RFC 3986 §2.1", "/%"],
  ["dots in the query only", "RFC 3986 §3.4", "/x?a=/../smuggled"],
  ["an encoded question mark", "CVE-2024-38475 (httpd), its family", "/x%3f/../../smuggled"],
  ["a question mark before dots", sources.tsai, "?/../smuggled"],
  ["three dots, which is a name", "RFC 3986 §3.3", "/.../x"],
  ["dots in a name", "RFC 3986 §3.3", "/a..b/x"],
  ["dots at the start of a name", "RFC 3986 §3.3", "/..a/x"],
  ["an encoded slash in a name", "RFC 3986 §2.2", "/a%2fb"],
  ["an encoded percent sign", "RFC 3986 §2.4", "/100%25"],
];

const prefixes: readonly (readonly [string, string, string])[] = [
  ["a dot segment before the prefix", sources.tsai, "/../echo/x"],
  ["an empty segment before the prefix", sources.tsai, "//echo/x"],
  ["two slashes and a host", sources.tsai, "//evil.test/echo/x"],
  ["a letter of the prefix encoded", sources.tsai, "/%65cho/x"],
  ["another case of the prefix", sources.tsai, "/ECHO/x"],
  ["a parameter on the prefix", sources.tsai, "/echo;a=b/x"],
  ["a backslash behind the prefix", sources.tsai, "/echo\\x"],
  ["the prefix without an end", sources.tsai, "/echoes/x"],
  ["an encoded slash behind the prefix", sources.tsai, "/echo%2fx"],
  ["another service and back", sources.tsai, "/other/../echo/x"],
  ["a NUL behind the prefix", sources.tsai, "/echo%00/x"],
  ["a dot behind the prefix", sources.tsai, "/echo./x"],
];

export const pathVectors: readonly Vector[] = [
  ...vectorsOf(
    "path",
    escapes.map(([name, source, rest]) => [name, source, get(`/echo${rest}`)] as const),
  ),
  ...vectorsOf(
    "prefix",
    prefixes.map(([name, source, target]) => [name, source, get(target)] as const),
  ),
];
