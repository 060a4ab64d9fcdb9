import type { StreamState } from '../../schemas/types.ts';
import type { Mark } from '../erp/sources/change-source.ts';

/**
 * How far one stream is loaded as it is configured, as it stands in the cursor. Whatever makes it "not loaded as
 * configured" (a first start, another configuration, a gap in the source, a round missed, questions that fail) is
 * answered in one way: a round of all keys, while the source is followed. Because the reason stands in the cursor before
 * anything behind it is acknowledged, whoever takes over begins or goes on with that round.
 */
export class StreamLoad {
  /** Called whenever the state is another one. */
  onChange: () => void = () => undefined;
  #state: StreamState;
  /** Counts reasons: a round that began before the newest one does not answer it. */
  #reasons = 0;

  /** @param known as the cursor has it; null: the stream was never read. */
  constructor(name: string, digest: string, known: StreamState | null) {
    this.#state = known ?? { ...neverRead, name, digest };
    if (known !== null && known.digest !== digest)
      // Its keys may be others, so that the round cannot go on where it stopped.
      this.#state = { ...known, digest, loading: 'its configuration was changed', loadedTo: null };
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Why not all its keys were asked as it is configured; null when they were. */
  get loading(): string | null {
    return this.#state.loading;
  }

  /**
   * All keys are to be asked; the caller sees to it.
   * @param marks that the answers must contain.
   * @returns what to call when a round that began since has ended.
   */
  demand(reason: string, marks: Iterable<Mark> = []): () => void {
    const number = (this.#reasons += 1);
    const { loading, marks: known } = this.#state;
    this.#change({ loading: loading ?? reason, marks: [...new Set([...known, ...marks])] });
    return () => {
      if (number === this.#reasons) this.#change({ loading: null, marks: [] });
    };
  }

  /** What they name the source has not any more: no answer would ever contain it. */
  forgetMarks(): void {
    if (this.#state.marks.length > 0) this.#change({ marks: [] });
  }

  /** The round is published up to this key, or cannot be gone on with (null). */
  reached(loadedTo: string | null, rows: number): void {
    this.#change({ loadedTo, rows });
  }

  expects(rowsExpected: number | null): void {
    this.#change({ rowsExpected });
  }

  /** So many records would be told as deleted, and wait for a person; null: none do. */
  holds(held: number | null): void {
    if (held !== this.#state.held) this.#change({ held });
  }

  ended(roundAt: number, rows: number): void {
    this.#change({ loadedTo: null, rows: 0, rowsExpected: rows, roundAt });
  }

  #change(change: Partial<StreamState>): void {
    this.#state = { ...this.#state, ...change };
    this.onChange();
  }
}

const neverRead: Omit<StreamState, 'name' | 'digest'> = {
  loading: 'it was never loaded',
  loadedTo: null,
  marks: [],
  rows: 0,
  rowsExpected: null,
  roundAt: null,
  held: null,
  dirtyKeys: 0,
  oldestAt: null,
};
