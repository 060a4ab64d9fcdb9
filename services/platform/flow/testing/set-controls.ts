import type { Control } from '../../../../schemas/types.ts';
import type { Controls } from '../controls.ts';

const unset: Control = {
  instance: 'test',
  reader: 'applier',
  paused: false,
  concurrencyMax: null,
  batchMax: null,
  schedule: null,
  reason: 'a test',
  setBy: 'ada',
  setAt: 0,
};

/** Controls of one flow, set by the test. */
export class SetControls implements Controls {
  #control: Control = unset;
  readonly #listeners = new Set<() => void>();

  of(): Control {
    return this.#control;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  known(): Promise<void> {
    return Promise.resolve();
  }

  set(change: Partial<Control>): void {
    this.#control = { ...this.#control, ...change };
    for (const listener of this.#listeners) listener();
  }
}
