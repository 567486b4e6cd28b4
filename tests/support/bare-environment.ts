/**
 * What a program that is started by a test has from the environment of the tests: where programs
 * are, and where code that was compiled before lies. Nothing that decides what Parlance does.
 */
const names = ["PATH", "NODE_COMPILE_CACHE"] as const;

export const bareEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);
