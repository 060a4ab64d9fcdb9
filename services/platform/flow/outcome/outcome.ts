import type { Received } from '../../kafka/types.ts';
import type { Mode } from '../../groups.ts';

/** What became of a record that was handled without an error. */
export interface Handled {
  status: 'applied' | 'unchanged' | 'superseded' | 'dry';
  /** Id of what was made or found on the other side. */
  targetId?: string;
  /** In words, without personal data. */
  cause?: string;
}

/** What a handler is told about its try. */
export interface Attempt {
  /** 1 on the first try. */
  number: number;
  /** dry: say what would be done, do nothing. */
  mode: Mode;
  /** Its partition stands still for it: what more waiting would only make better is not waited for. */
  pressing?: boolean;
  /**
   * To be called when something is there of which held records may wait for one of the kinds (`waitsFor`): they are looked
   * through soon, and not only in the next round.
   */
  arrived?(kinds: readonly string[], name: string): void;
  /** To be called right before each effect: throws `LeaseLost` when the record may belong to another process by now. */
  assertCurrent(): void;
}

/** The members of a value that outcomes repeat, where it has them. */
export function versionOf(record: Received<never>): { epoch: number; number: number } | null {
  const value = record.value as { version?: { epoch: number; number: number } } | null;
  return value?.version ?? null;
}

export function occurredAtOf(record: Received<never>): number | null {
  const value = record.value as { occurredAt?: number | null } | null;
  return value?.occurredAt ?? null;
}

export function documentOf(record: Received<never>): string | null {
  return record.value !== null && record.contract.document ? record.contract.document(record.value) : null;
}
