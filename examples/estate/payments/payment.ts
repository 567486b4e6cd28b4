/** What the service speaks of, and the one way in which it refuses. */
export interface Party {
  readonly addr: string;
  readonly name?: string;
}

export interface CollectOrPay {
  readonly txnId: string;
  readonly payer: Party;
  readonly payee: Party;
  readonly paise: bigint;
  readonly note?: string;
  /** Of a payment: the open collect that it settles. */
  readonly collectTxnId?: string;
}

export interface Payment extends CollectOrPay {
  readonly kind: "COLLECT" | "PAY";
  readonly status: "PENDING" | "SUCCESS" | "DECLINED";
  readonly reason?: string;
  readonly settledBy?: string;
  readonly at: string;
}

export interface RefundRequest {
  readonly txnId: string;
  readonly originalTxnId: string;
  readonly paise: bigint;
  readonly note?: string;
}

export interface Refund extends RefundRequest {
  readonly at: string;
}

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly place: { readonly line: number; readonly column: number } | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    place?: { readonly line: number; readonly column: number },
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.place = place;
  }
}
