import type { ChangePart, Gap, OpenSource } from '../../erp/sources/change-source.ts';
import type { Fault } from '../../platform/errors.ts';

/**
 * A source that is held, until a test takes it away. It is read once, and forgets nothing that does not stand in the
 * cursor.
 */
export class HeldSource implements OpenSource {
  readonly place = { position: '0', slot: 'cartage', systemId: 'erp', tables: null };
  readonly gaps: Gap[] = [];
  readonly deaf = new Map<string, Fault>();
  readonly acknowledged: string[] = [];
  readonly fenceFallsWithinMs = 20_000;
  readonly fence = { isCurrent: () => this.isHeld };
  isHeld = true;
  isClosed = false;
  /** Found as soon as somebody watches. */
  gapsAtOnce: Gap[] = [];
  find: (...gaps: Gap[]) => void = () => undefined;
  lose: (error: Error) => void = () => undefined;
  /** Position of the cursor. */
  readonly #stored: () => string | undefined;
  readonly #parts: ChangePart[] = [];
  #isRead = false;
  #wake = () => {};

  constructor(stored: () => string | undefined) {
    this.#stored = stored;
  }

  /** A row of the table is another one. */
  tell(table: string, id: string, position: string): void {
    const changes = [{ table, kind: 'insert' as const, old: null, new: { id } }];
    this.#parts.push({ mark: position, position, occurredAt: 1, changes, end: position });
    this.#wake();
  }

  async *parts(): AsyncGenerator<ChangePart> {
    if (this.#isRead) throw new Error('it is read already');
    this.#isRead = true;
    while (!this.isClosed) {
      const part = this.#parts.shift();
      if (part) yield part;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  acknowledge(position: string): void {
    if (this.#stored() !== position) throw new Error(`${position} does not stand in the cursor`);
    this.acknowledged.push(position);
  }

  idlePosition(): null {
    return null;
  }

  watch(signal: AbortSignal, onGaps: (gaps: readonly Gap[]) => void): Promise<void> {
    this.find = (...gaps) => onGaps(gaps);
    if (this.gapsAtOnce.length > 0) onGaps(this.gapsAtOnce);
    return new Promise((resolve, reject) => {
      this.lose = reject;
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.isClosed = true;
    this.#wake();
  }
}
