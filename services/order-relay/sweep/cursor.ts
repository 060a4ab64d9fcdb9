import { cursors } from '../../../schemas/topics.ts';
import type { Bus, ReadAll } from '../../platform/kafka/types.ts';
import { groupIn } from '../../platform/groups.ts';
import type { Mode } from '../../platform/groups.ts';
import type { Clock } from '../../platform/clock.ts';

/** How far a sweep is: the last row it has asked about, by the keyset it pages with. */
export interface SweepPosition {
  /** UTC, as Magento writes it: its texts sort as its times do. */
  updatedAt: string;
  entityId: number;
}

/** What is kept of a sweep. */
export interface SweepCursor extends SweepPosition {
  /** The first round is under way: what it finds is history. */
  isFirstLoad: boolean;
  /** By our clock. */
  writtenAt: number;
}

const processName = 'order-relay';

/**
 * The cursors of the sweeps on `cartage.cursors`. They are followed all the time, so that whoever takes the sweep over
 * goes on where the last one was.
 */
export class SweepCursors {
  readonly #bus: Pick<Bus, 'publish' | 'readAll'>;
  readonly #place: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #cursors = new Map<string, SweepCursor>();

  /** A dry relay keeps cursors of its own: what it has seen is swept again after the switch to on. */
  constructor(
    bus: Pick<Bus, 'publish' | 'readAll'>,
    instance: string,
    mode: Mode,
    clock: Pick<Clock, 'now'>,
  ) {
    this.#bus = bus;
    this.#place = groupIn(mode, instance);
    this.#clock = clock;
  }

  /** A recreated topic takes nothing back: what was swept was swept, and the next sweep writes it down again. */
  async follow(): Promise<ReadAll> {
    const reading = await this.#bus.readAll(cursors, {
      onRecord: ({ value }) => {
        if (value?.process !== processName) return;
        const position = positionOf(value.position);
        const isFirstLoad = value.firstLoad === 'running';
        if (position)
          this.#cursors.set(value.source, { ...position, isFirstLoad, writtenAt: value.updatedAt });
      },
    });
    await reading.caughtUp;
    return reading;
  }

  /** Null before the first sweep. */
  read(resource: string): SweepCursor | null {
    return this.#cursors.get(this.#sourceOf(resource)) ?? null;
  }

  /** Resolves when the broker has it. */
  async write(resource: string, cursor: Omit<SweepCursor, 'writtenAt'>): Promise<void> {
    const source = this.#sourceOf(resource);
    const writtenAt = this.#clock.now();
    await this.#bus.publish(cursors, {
      value: {
        process: processName,
        source,
        position: `${cursor.updatedAt}/${cursor.entityId}`,
        slot: null,
        systemId: null,
        tables: null,
        seenTo: null,
        epoch: 1,
        firstLoad: cursor.isFirstLoad ? 'running' : 'done',
        streams: [],
        updatedAt: writtenAt,
      },
    });
    this.#cursors.set(source, { ...cursor, writtenAt });
  }

  #sourceOf(resource: string): string {
    return `${this.#place}/${resource}`;
  }
}

export function isAfter(left: SweepPosition, right: SweepPosition): boolean {
  if (left.updatedAt !== right.updatedAt) return left.updatedAt > right.updatedAt;
  return left.entityId > right.entityId;
}

function positionOf(text: string): SweepPosition | null {
  const match = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\/(\d{1,15})$/.exec(text);
  return match ? { updatedAt: match[1]!, entityId: Number(match[2]) } : null;
}
