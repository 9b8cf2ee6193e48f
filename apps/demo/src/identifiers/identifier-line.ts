/** A line of the feed by identifier type: one identifier enters or leaves. */
export interface IdentifierLine {
  /** The user point. */
  readonly user: string;
  readonly type: 'USER_EMAIL' | 'USER_ACCOUNT';
  readonly id: string;
  readonly operation: 'UPSERT' | 'DELETE';
  /** Of the update: later ones have later times. */
  readonly ts: number;
}
