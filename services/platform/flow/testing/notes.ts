import type { Lease, Received, Undecodable } from '../../kafka/types.ts';

interface Taken {
  lease: Lease;
  records: (Received<never> | Undecodable)[];
  lost: boolean | null;
}

/** A member of the group that keeps what it gets. */
export class Notes {
  readonly taken: Taken[] = [];
  isFull = false;
  isClean = true;
  /** What is done with records when they come. */
  work: (lease: Lease, records: (Received<never> | Undecodable)[]) => void = () => undefined;

  open = (lease: Lease) => {
    const one: Taken = { lease, records: [], lost: null };
    this.taken.push(one);
    return {
      receive: (records: (Received<never> | Undecodable)[]) => {
        one.records.push(...records);
        this.work(lease, records);
      },
      full: () => this.isFull,
      close: (lost: boolean) => {
        one.lost = lost;
        return Promise.resolve(this.isClean);
      },
    };
  };

  get records(): (Received<never> | Undecodable)[] {
    return this.taken.flatMap(({ records }) => records);
  }

  get first(): Taken {
    return this.taken[0]!;
  }
}
