import { keyOfSource } from '../erp/sources/keys.ts';
import type { Bus, ReadAll } from '../platform/kafka/types.ts';
import { Serial } from '../platform/serial.ts';
import { PublishedIndex, digestOf, identityOf, unknown } from './published-index.ts';
import type { RowShape, StreamRecord } from '../erp/rows/row.ts';

/** A record that stands last on the topic under its key, and is not what this process has published there. */
export interface Stray {
  /** Key of the stream, as the ERP is asked by it. */
  key: string;
  /** Key of the record. */
  asked: string;
}

/** `sourceKey` of what another process has published there (erp.fulfilments: the ERP's orders). */
const ofNoStream = '{}';

/**
 * Reads a topic to its end into an index, and looks a while later at what came since: a process that has lost the slot may
 * still be publishing, and its older record may land after our newer one. The order of the topic is the truth. Until
 * it is stopped it tells when the topic is recreated, and nothing in the index stands on it any more.
 *
 * It outlives the session that it is read for: when only the ERP was away, the topic has nothing that is not known.
 */
export class PublishedReading {
  readonly index = new PublishedIndex();
  /** Null: nobody is there to be told; it is remembered. */
  onRecreated: (() => void) | null = null;
  #wasRecreated = false;
  readonly #turns = new Serial();
  readonly #shape: RowShape<StreamRecord>;
  /** The last record of each key since then, as long as it is not the one that we have published. */
  readonly #last = new Map<string, { digest: number; sourceKey: string; asked: string }>();
  #reading: ReadAll | null = null;
  #isStopped = false;
  /** Records that come now are told by others, or by us; until then they are what the topic holds. */
  #isCaughtUp = false;
  #isWhole = false;
  #isUnsure = false;
  #doubtedFrom = Infinity;
  /** What the index had taken in where the reading stands; what it has since, was published here. NaN: nobody knows. */
  #noted = 0;

  constructor(shape: RowShape<StreamRecord>) {
    this.#shape = shape;
  }

  /**
   * Resolves when all that was on the topic is in the index. What comes from then on is read when it is asked for.
   * @param doubtedFrom epoch milliseconds: what was published since then by others is to be asked again.
   */
  read(bus: Bus, doubtedFrom = Infinity): Promise<PublishedIndex> {
    return this.#turns.run('', async () => {
      this.#doubtedFrom = doubtedFrom;
      if (this.#reading === null) await this.#begin(bus);
      else {
        this.#isCaughtUp = false;
        this.#takeStrays();
        await this.#goOn();
      }
      this.#isCaughtUp = true;
      return this.index;
    });
  }

  /** Whether all of the topic was read once. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether the topic was recreated while nobody was there to be told. To be asked once. */
  wasRecreated(): boolean {
    const was = this.#wasRecreated;
    this.#wasRecreated = false;
    return was;
  }

  async #begin(bus: Bus): Promise<void> {
    this.#reading = await bus.readAll(this.#shape.contract, {
      isPassing: true,
      onRecord: ({ value, publishedAt, key }) => {
        if (value === null || value.sourceKey === ofNoStream) return;
        const identity = identityOf(this.#shape, value);
        const digest = digestOf(this.#shape, value, publishedAt);
        if (!this.#isCaughtUp)
          this.index.note(identity, value, publishedAt < this.#doubtedFrom ? digest : unknown);
        else if (this.index.isSame(identity, digest)) this.#last.delete(identity);
        else this.#last.set(identity, { digest, sourceKey: value.sourceKey, asked: key });
      },
      onRecreated: () => {
        this.index.doubtAll();
        this.#last.clear();
        this.#noted = NaN;
        if (this.onRecreated === null) this.#wasRecreated = true;
        else this.onRecreated();
      },
    });
    if (this.#isStopped) await this.#reading.stop();
    await this.#reading.caughtUp;
    this.#reading.rest();
    this.#isWhole = true;
    this.#noted = this.index.noted;
  }

  /** What was begun and not ended has perhaps read some of them: then all are. */
  async #goOn(): Promise<void> {
    const known = this.#isUnsure ? undefined : this.index.noted - this.#noted;
    this.#isUnsure = true;
    const hasRead = await this.#reading!.goOn(known);
    this.#reading!.rest();
    this.#isUnsure = false;
    if (hasRead) this.#noted = this.index.noted;
  }

  /**
   * To be asked once, when nothing of a predecessor can land any more, and while nothing is being published here. Where the
   * topic has as many more records as were published here, they are ours, and are not read.
   */
  strays(): Promise<Stray[]> {
    return this.#turns.run('', async () => {
      await this.#goOn();
      return this.#takeStrays();
    });
  }

  /** In doubt from here on: whoever was told may be gone before they are asked. */
  #takeStrays(): Stray[] {
    const strays: Stray[] = [];
    for (const [identity, { digest, sourceKey, asked }] of this.#last) {
      const ours = this.index.digestOf(identity);
      if (ours === unknown || ours === digest) continue;
      this.index.doubt(identity, { sourceKey });
      strays.push({ key: keyOfSource(sourceKey), asked });
    }
    this.#last.clear();
    return strays;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reading?.stop();
  }
}

/** Of all topics, from one session to the next. */
export class PublishedReadings {
  readonly #readings = new Map<string, PublishedReading>();

  of(shape: RowShape<StreamRecord>): PublishedReading {
    const { topic } = shape.contract;
    const known = this.#readings.get(topic) ?? new PublishedReading(shape);
    this.#readings.set(topic, known);
    return known;
  }

  /** A session has ended: nobody is told any more. What was not read to its end is begun anew. */
  async left(): Promise<void> {
    const unread = [...this.#readings].filter(([, { isWhole }]) => !isWhole);
    for (const reading of this.#readings.values()) reading.onRecreated = null;
    for (const [topic] of unread) this.#readings.delete(topic);
    await Promise.all(unread.map(([, reading]) => reading.stop()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#readings.values()].map((reading) => reading.stop()));
  }
}
