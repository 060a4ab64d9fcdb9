import { groupOf } from '../../platform/groups.ts';
import type { TopicAdmin } from '../../platform/kafka/topic-admin.ts';

/** How far the flows are, as the broker knows it. */
export class Progress {
  readonly #admin: Pick<TopicAdmin, 'lag'>;
  readonly #instance: string;

  constructor(admin: Pick<TopicAdmin, 'lag'>, instance: string) {
    this.#admin = admin;
    this.#instance = instance;
  }

  /** By partition, below which offset all is finished: written, held or parked. What is not there is at 0. */
  async finished(reader: string, topic: string): Promise<ReadonlyMap<number, number>> {
    const partitions = await this.#admin.lag(groupOf(this.#instance, reader), [topic]);
    return new Map(partitions.map(({ partition, committed }) => [partition, committed ?? 0]));
  }
}
