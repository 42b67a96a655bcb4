import type { JsonObject } from '../canonical-json.ts';

export interface StoredItem {
  readonly value: JsonObject;
  /** Grows with every write; what `ifVersion` compares. */
  readonly version: number;
}

/**
 * Small JSON items with conditional writes and expiry: leases, rate limits, deduplication, where a card was posted. For
 * coordination only: what must never be lost or changed quietly belongs into the record.
 */
export interface ItemStore {
  /** The newest value, strongly consistent. An item that expired is absent, whether or not it was deleted yet. */
  get(key: string): Promise<StoredItem | undefined>;
  /**
   * Writes the item and returns its new version, or `undefined` (and writes nothing) when the condition does not hold:
   * `absent` demands that no unexpired item is there, a number that exactly that version is, `any` demands nothing.
   * Without `ttlSeconds` the item stays.
   */
  put(
    key: string,
    value: JsonObject,
    options: { readonly ifVersion: number | 'absent' | 'any'; readonly ttlSeconds?: number },
  ): Promise<number | undefined>;
  /** Deletes the item; with `ifVersion` only that version. True when an unexpired item was deleted by this call. */
  delete(key: string, ifVersion?: number): Promise<boolean>;
}
