/** A program of fixed width over TCP, as its contract has it. */
export function tariffs(tcp = "{}", errors = ""): string {
  return `
parlance: text/1
name: tariffs
charset: us-ascii
lineEnd: crlf
tcp: ${tcp}
${errors}
operations:
  quoteTariff:
    safety: safe
    request:
      format: fixed-width
      fields:
        - { const: TARF, length: 4 }
        - { name: country, length: 2 }
        - { name: weight, type: decimal, length: 6, decimals: 3 }
    answer:
      format: fixed-width
      fields:
        - { const: OK, length: 3 }
        - { name: price, type: decimal, length: 8, decimals: 2, pad: " " }
        - { name: days, type: int, length: 2 }
    faults:
      unknownCountry: { match: "E04 {message}", kind: not_found }
  closeDay:
    request:
      format: fixed-width
      fields:
        - { const: CLOS, length: 4 }
        - { name: day, type: date, length: 8, picture: yyyyMMdd }
    answer:
      format: fixed-width
      fields: [{ name: closed, type: bool, length: 1, words: { "true": Y, "false": N } }]
`;
}
