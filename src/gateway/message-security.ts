/** WS-Security as protocols get it: what is configured, with the contents of its files. */
import type { Files } from "#base/platform.ts";
import type { ReplayTable } from "#base/replay-table.ts";
import { callerNameAt } from "#configuration/callers.ts";
import type { Configuration, Service } from "#configuration/configuration.ts";
import type { CallerProof, FaceSecurity, UpstreamSecurity } from "#extension/message-security.ts";

type Read = Pick<Files, "read">;

/** Undefined: no caller proves who it is in its messages. Throws when a file cannot be read. */
export function faceSecurityOf(
  { callers }: Configuration,
  files: Read,
  replays: ReplayTable,
): FaceSecurity | undefined {
  if (callers === "open") return undefined;
  const proofs = Array.from(callers.proofs).flatMap(([place, { wsSecurity }]): CallerProof[] => {
    if (wsSecurity === undefined) return [];
    const { password, signature, ageMsMax, skewMs } = wsSecurity;
    return [
      {
        caller: callerNameAt(callers, place) as string,
        password: password && { ...password, password: password.password.secret },
        signature: signature && {
          certificates: textOf(signature.certificateFile, files),
          authorities: textOf(signature.authorityFile, files),
          name: signature.name,
          signed: signature.signed,
          sha1: signature.sha1,
        },
        ageMsMax,
        skewMs,
      },
    ];
  });
  return proofs.length === 0 ? undefined : { proofs, replays };
}

export function upstreamSecurityOf(
  { wsSecurity }: Service,
  files: Read,
): UpstreamSecurity | undefined {
  if (wsSecurity === undefined) return undefined;
  const { usernameToken, sign, ageMsMax } = wsSecurity;
  return {
    usernameToken: usernameToken && {
      ...usernameToken,
      password: usernameToken.password.secret,
    },
    signature: sign && {
      certificate: files.read(sign.certificateFile).toString(),
      key: files.read(sign.keyFile).toString(),
      parts: sign.parts,
    },
    ageMsMax,
  };
}

function textOf(file: string | undefined, files: Read): string | undefined {
  return file === undefined ? undefined : files.read(file).toString();
}
