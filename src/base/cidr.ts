/** CIDR blocks (RFC 4632, RFC 4291 §2.3); one address is the block that holds it alone. */

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** The block in the form `address/bits`, or nothing. */
export function parseCidr(text: string): string | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const width = ipv4.test(address) ? 32 : isIpv6(address) ? 128 : undefined;
  if (width === undefined || rest.length > 0) return undefined;
  if (bits === undefined) return `${address.toLowerCase()}/${width}`;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > width) return undefined;
  return `${address.toLowerCase()}/${Number(bits)}`;
}

function isIpv6(text: string): boolean {
  return /^[0-9A-Fa-f:.]{2,45}$/.test(text) && URL.canParse(`http://[${text}]/`);
}
