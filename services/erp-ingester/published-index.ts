import { Column } from './column.ts';
import type { RowShape, StreamRecord } from '../erp/rows/row.ts';
import { TextTable } from './text-table.ts';
import { digestOfMembers } from './value-digest.ts';

/** Instead of a digest, where it is not known what the topic holds. */
export const unknown = 0;

const isDeleted = 1;
/** Returned in the round of asking all keys that was begun last. */
const isSeen = 2;
const none = -1;

/**
 * What a topic holds by now: for each record a digest of its value and the stream key it came from. Read back from
 * the topic at the start, so nothing is kept elsewhere. It answers two questions: is this still what was published
 * last, and which records did this key have that it no longer has.
 *
 * In columns outside the heap, a record is the number of its identity in them: about 90 bytes each with its names, and
 * nothing for the garbage collector to look at.
 */
export class PublishedIndex {
  /** How often a record was taken in. */
  noted = 0;
  readonly #identities = new TextTable();
  readonly #sources = new TextTable();
  readonly #digests = new Column(Float64Array);
  readonly #marks = new Column(Uint8Array);
  readonly #sourceOf = new Column(Int32Array);
  /** The records of a source key are a chain: its first one, and of each record the next. */
  readonly #firstOf = new Column(Int32Array);
  readonly #nextOf = new Column(Int32Array);

  /** Takes in a record, read back or just published. `identity` is its key, and its document where it has one. */
  note(identity: string, { sourceKey, deleted }: StreamRecord, digest: number): void {
    this.#note(identity, sourceKey, digest, deleted ? isSeen | isDeleted : isSeen);
    this.noted += 1;
  }

  #note(identity: string, sourceKey: string, digest: number, marks: number): void {
    const known = this.#identities.size;
    const record = this.#identities.add(identity);
    const source = this.#sourceNumber(sourceKey);
    const before = record === known ? none : this.#sourceOf.get(record);
    if (before !== source) {
      if (before !== none) this.#unchain(record, before);
      this.#sourceOf.set(record, source);
      this.#nextOf.set(record, this.#firstOf.get(source));
      this.#firstOf.set(source, record);
    }
    this.#digests.set(record, digest);
    this.#marks.set(record, marks);
  }

  /**
   * A record is about to be published. Until `note` says that the broker has it, nothing is known of what the topic
   * holds: an acknowledgement may be lost on the way, and then neither "the same" nor "gone already" would be true.
   */
  doubt(identity: string, { sourceKey }: Pick<StreamRecord, 'sourceKey'>): void {
    this.#note(identity, sourceKey, unknown, isSeen);
  }

  /** Source keys of the records of which nothing is known. */
  *doubted(): Generator<string> {
    for (let record = 0; record < this.#identities.size; record += 1)
      if (this.#digests.get(record) === unknown) yield this.#sources.at(this.#sourceOf.get(record));
  }

  /** The topic was recreated: all is to be published again, deletions too. */
  doubtAll(): void {
    for (let record = 0; record < this.#identities.size; record += 1) {
      this.#digests.set(record, unknown);
      this.#unmark(record, isDeleted);
    }
  }

  get isEmpty(): boolean {
    return this.#identities.size === 0;
  }

  /** Records that are not told as deleted. Counted one by one. */
  get liveRecords(): number {
    let count = 0;
    for (let record = 0; record < this.#identities.size; record += 1)
      if ((this.#marks.get(record) & isDeleted) === 0) count += 1;
    return count;
  }

  has(identity: string): boolean {
    return this.#identities.find(identity) !== none;
  }

  /** Published, and not told as deleted. */
  isLive(identity: string): boolean {
    const record = this.#identities.find(identity);
    return record !== none && this.#isLive(record);
  }

  *live(): Generator<string> {
    for (let record = 0; record < this.#identities.size; record += 1)
      if (this.#isLive(record)) yield this.#identities.at(record);
  }

  isSame(identity: string, digest: number): boolean {
    return this.digestOf(identity) === digest;
  }

  /** What was published last; `unknown` while that is not known. */
  digestOf(identity: string): number {
    const record = this.#identities.find(identity);
    return record === none ? unknown : this.#digests.get(record);
  }

  sourceKeyOf(identity: string): string | null {
    const record = this.#identities.find(identity);
    return record === none ? null : this.#sources.at(this.#sourceOf.get(record));
  }

  /** The stream key that a record which is not deleted came from. */
  liveOwner(identity: string): string | null {
    const record = this.#identities.find(identity);
    if (record === none || (this.#marks.get(record) & isDeleted) !== 0) return null;
    return this.#sources.at(this.#sourceOf.get(record));
  }

  /** The same where it is another one. */
  otherOwner(identity: string, sourceKey: string): string | null {
    const record = this.#identities.find(identity);
    if (record === none || this.#sourceOf.get(record) === this.#sources.find(sourceKey)) return null;
    return this.liveOwner(identity);
  }

  /** Records of a stream key that are published and not told as deleted. */
  recordsOf(sourceKey: string): string[] {
    return this.#chain(sourceKey)
      .filter((record) => this.#isLive(record))
      .map((record) => this.#identities.at(record));
  }

  /** Records that a stream key had, also those told as deleted, beside these, which it has. */
  othersOf(sourceKey: string, identities: readonly string[]): string[] {
    const source = this.#sources.find(sourceKey);
    const first = source === none ? none : this.#firstOf.get(source);
    if (first === none) return [];
    // Almost all keys have one record, and keep it.
    if (
      identities.length === 1 &&
      this.#nextOf.get(first) === none &&
      this.#identities.is(first, identities[0]!)
    )
      return [];
    const known = new Set(identities.map((identity) => this.#identities.find(identity)));
    return this.#chain(sourceKey)
      .filter((record) => !known.has(record))
      .map((record) => this.#identities.at(record));
  }

  /** Begins a round of asking all keys: what is not seen in it is gone. */
  beginRound(): void {
    for (let record = 0; record < this.#identities.size; record += 1) this.#unmark(record, isSeen);
  }

  seen(identity: string): void {
    const record = this.#identities.find(identity);
    if (record !== none) this.#marks.set(record, this.#marks.get(record) | isSeen);
  }

  get unseenCount(): number {
    let count = 0;
    for (let record = 0; record < this.#identities.size; record += 1)
      if (this.#marks.get(record) === 0) count += 1;
    return count;
  }

  /** One after the other: of a topic that the ERP has emptied they would fill the memory. */
  *unseen(): Generator<{ identity: string; sourceKey: string }> {
    for (let record = 0; record < this.#identities.size; record += 1)
      if (this.#marks.get(record) === 0)
        yield {
          identity: this.#identities.at(record),
          sourceKey: this.#sources.at(this.#sourceOf.get(record)),
        };
  }

  #sourceNumber(sourceKey: string): number {
    const known = this.#sources.size;
    const source = this.#sources.add(sourceKey);
    if (source < known) return source;
    this.#firstOf.set(source, none);
    return source;
  }

  #isLive(record: number): boolean {
    return (this.#marks.get(record) & isDeleted) === 0;
  }

  #unmark(record: number, mark: number): void {
    this.#marks.set(record, this.#marks.get(record) & ~mark);
  }

  #chain(sourceKey: string): number[] {
    const source = this.#sources.find(sourceKey);
    const records: number[] = [];
    for (let at = source === none ? none : this.#firstOf.get(source); at !== none; at = this.#nextOf.get(at))
      records.push(at);
    return records;
  }

  /** From the records of the source key that it came from until now. */
  #unchain(record: number, source: number): void {
    const next = this.#nextOf.get(record);
    if (this.#firstOf.get(source) === record) {
      this.#firstOf.set(source, next);
      return;
    }
    let before = this.#firstOf.get(source);
    while (this.#nextOf.get(before) !== record) before = this.#nextOf.get(before);
    this.#nextOf.set(before, next);
  }
}

/** Name of a record within its topic: its key, and its document where a key carries several. */
export function identityOf(shape: RowShape<StreamRecord>, value: StreamRecord): string {
  const key = shape.contract.key(value);
  return shape.contract.document ? `${key}\n${shape.contract.document(value)}` : key;
}

/**
 * Of all that the value says but when it was so, and of what its calendar made of it at that time: a price that has begun
 * since is news, although no row has changed.
 */
export function digestOf(shape: RowShape<StreamRecord>, value: StreamRecord, at: number): number {
  return digestOfMembers(value, ofTheAnswer, shape.validAt?.(value, at) ?? null) || 1;
}

/** Members that say when it was so. */
const ofTheAnswer: ReadonlySet<string> = new Set(['occurredAt', 'version', 'shownFrom']);
