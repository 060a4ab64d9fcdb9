import type { TopicPlace } from '../types.ts';
import type { Reach } from './reach.ts';

/** How far each partition of a topic has been handed over, and where it ended when that was asked. */
export class Progress {
  #reach: ReadonlyMap<number, Reach> = new Map();

  /** The next ones to be handed over. */
  get offsets(): TopicPlace['offsets'] {
    return Object.fromEntries([...this.#reach].map(([partition, { position }]) => [partition, position]));
  }

  get isAtEnd(): boolean {
    return [...this.#reach.values()].every(({ position, end }) => position >= end);
  }

  /** How many records stand between where it is and these ends. */
  countUpTo(now: ReadonlyMap<number, Reach>): number {
    return [...now].reduce((sum, [partition, { end }]) => sum + end - this.positionOf(partition), 0);
  }

  begin(reach: ReadonlyMap<number, Reach>): void {
    this.#reach = reach;
  }

  /** From where it was left; from its end where it never was. @returns whether records are gone that were not read. */
  goOnFrom(place: TopicPlace | null): boolean {
    let isLost = false;
    for (const [partition, reach] of this.#reach) {
      const left = place === null ? reach.end : (place.offsets[partition] ?? reach.position);
      if (left >= reach.position && left <= reach.end) reach.position = left;
      else isLost = true;
    }
    return isLost;
  }

  isRead(partition: number): boolean {
    return this.#reach.has(partition);
  }

  positionOf(partition: number): number {
    return this.#reach.get(partition)?.position ?? 0;
  }

  passed(partition: number, position: number): void {
    const reach = this.#reach.get(partition);
    if (reach) reach.position = Math.max(reach.position, position);
  }

  /** The topic was recreated: where it ends is not known until `endsAt`. Whoever waits would wait for the end of the old one. */
  restart(): void {
    for (const reach of this.#reach.values()) Object.assign(reach, { position: 0, end: Infinity });
  }

  endsAt(now: ReadonlyMap<number, Reach>): void {
    this.#reach = new Map(
      [...now].map(([partition, { position, end }]) => [
        partition,
        { position: Math.max(position, this.positionOf(partition)), end },
      ]),
    );
  }
}
