import { createHash } from 'node:crypto';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { RowShape, StreamRecord } from './rows/row.ts';

interface Published {
  sourceKey: string;
  digest: string;
  deleted: boolean;
  /** Round of asking all keys in which the record was last returned. */
  round: number;
}

/**
 * What a topic holds by now: for each record a digest of its value and the stream key it came from. Read back from
 * the topic at the start, so nothing is kept elsewhere. It answers two questions: is this still what was published
 * last, and which records did this key have that it no longer has. Costs about 200 bytes a record.
 */
export class PublishedIndex {
  readonly #records = new Map<string, Published>();
  readonly #bySource = new Map<string, Set<string>>();
  #round = 0;

  /** Takes in a record, read back or just published. `identity` is its key, and its document where it has one. */
  note(identity: string, value: StreamRecord, digest: string): void {
    const known = this.#records.get(identity);
    if (known && known.sourceKey !== value.sourceKey) this.#bySource.get(known.sourceKey)?.delete(identity);
    this.#records.set(identity, {
      sourceKey: value.sourceKey,
      digest,
      deleted: value.deleted ?? false,
      round: this.#round,
    });
    let ofSource = this.#bySource.get(value.sourceKey);
    if (!ofSource) this.#bySource.set(value.sourceKey, (ofSource = new Set()));
    ofSource.add(identity);
  }

  /**
   * A record is about to be published. Until `note` says that the broker has it, nothing is known of what the topic
   * holds: an acknowledgement may be lost on the way, and then neither "the same" nor "gone already" would be true.
   */
  doubt(identity: string, value: StreamRecord): void {
    this.note(identity, { ...value, deleted: false }, '');
  }

  /** The topic was recreated: all is to be published again, deletions too. */
  doubtAll(): void {
    for (const published of this.#records.values()) Object.assign(published, { digest: '', deleted: false });
  }

  get isEmpty(): boolean {
    return this.#records.size === 0;
  }

  has(identity: string): boolean {
    return this.#records.has(identity);
  }

  isSame(identity: string, digest: string): boolean {
    return this.#records.get(identity)?.digest === digest;
  }

  /** What was published last; empty while that is not known. */
  digestOf(identity: string): string {
    return this.#records.get(identity)?.digest ?? '';
  }

  sourceKeyOf(identity: string): string | null {
    return this.#records.get(identity)?.sourceKey ?? null;
  }

  /** Records of a stream key that are published and not told as deleted. */
  recordsOf(sourceKey: string): string[] {
    return this.allOf(sourceKey).filter((identity) => this.#records.get(identity)?.deleted === false);
  }

  /** The same with those told as deleted. */
  allOf(sourceKey: string): string[] {
    return [...(this.#bySource.get(sourceKey) ?? [])];
  }

  /** Begins a round of asking all keys: what is not seen in it is gone. */
  beginRound(): void {
    this.#round += 1;
  }

  seen(identity: string): void {
    const known = this.#records.get(identity);
    if (known) known.round = this.#round;
  }

  unseen(): { identity: string; sourceKey: string }[] {
    return [...this.#records]
      .filter(([, published]) => published.round < this.#round && !published.deleted)
      .map(([identity, { sourceKey }]) => ({ identity, sourceKey }));
  }
}

/** Name of a record within its topic: its key, and its document where a key carries several. */
export function identityOf(shape: RowShape<StreamRecord>, value: StreamRecord): string {
  const key = shape.contract.key(value);
  return shape.contract.document ? `${key}\n${shape.contract.document(value)}` : key;
}

/**
 * Of all that the value says (its members in one order: what is read back from the topic has that of the schema, a
 * row's record that of the code) but when it was so, and of what its calendar made of it at that time: a price that has
 * begun since is news, although no row has changed.
 */
export function digestOf(shape: RowShape<StreamRecord>, value: StreamRecord, at: number): string {
  const {
    occurredAt: _occurredAt,
    version: _version,
    ...content
  } = value as unknown as Record<string, unknown>;
  const text = canonicalJson([content, shape.validAt?.(value, at) ?? null]);
  return createHash('sha1').update(text).digest('base64');
}
