import { keyOfSource } from '../erp/sources/keys.ts';
import type { Bus, ReadAll } from '../platform/kafka/types.ts';
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
 */
export class PublishedReading {
  readonly index = new PublishedIndex();
  onRecreated: () => void = () => undefined;
  readonly #shape: RowShape<StreamRecord>;
  /** The last record of each key since then, as long as it is not the one that we have published. */
  readonly #last = new Map<string, { digest: number; stray: Stray }>();
  #reading: ReadAll | null = null;
  #isCaughtUp = false;
  /** Of the index, when all was read. */
  #noted = 0;

  constructor(shape: RowShape<StreamRecord>) {
    this.#shape = shape;
  }

  /** Resolves when all that was on the topic is in the index. What comes from then on is read when it is asked for. */
  async read(bus: Bus): Promise<PublishedIndex> {
    this.#reading = await bus.readAll(this.#shape.contract, {
      onRecord: ({ value, publishedAt, key }) => {
        if (value === null || value.sourceKey === ofNoStream) return;
        const identity = identityOf(this.#shape, value);
        const digest = digestOf(this.#shape, value, publishedAt);
        if (this.#isCaughtUp)
          this.#watch(identity, digest, { key: keyOfSource(value.sourceKey), asked: key });
        else this.index.note(identity, value, digest);
      },
      onRecreated: () => {
        this.index.doubtAll();
        this.#last.clear();
        this.onRecreated();
      },
    });
    await this.#reading.caughtUp;
    this.#reading.rest();
    this.#isCaughtUp = true;
    this.#noted = this.index.noted;
    return this.index;
  }

  /**
   * To be asked once, when nothing of a predecessor can land any more, and while nothing is being published here. Where the
   * topic has as many more records as were published here, they are ours, and are not read.
   */
  async strays(): Promise<Stray[]> {
    await this.#reading?.goOn(this.index.noted - this.#noted);
    this.#reading?.rest();
    const strays = this.#strays();
    this.#last.clear();
    return strays;
  }

  #strays(): Stray[] {
    return [...this.#last].flatMap(([identity, { digest, stray }]) => {
      const ours = this.index.digestOf(identity);
      return ours === unknown || ours === digest ? [] : [stray];
    });
  }

  async stop(): Promise<void> {
    await this.#reading?.stop();
  }

  #watch(identity: string, digest: number, stray: Stray): void {
    if (this.index.digestOf(identity) === digest) this.#last.delete(identity);
    else this.#last.set(identity, { digest, stray });
  }
}
