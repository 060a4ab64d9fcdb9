import type { Lease } from '../kafka/types.ts';

type Inherited = Pick<Lease, 'start' | 'claimed' | 'clean' | 'allInDoubt'>;

/** Something that a predecessor has begun may still take effect as the lease is opened. */
export function isInDoubt({ start, claimed, clean, allInDoubt }: Inherited): boolean {
  return !clean && (allInDoubt || claimed > start);
}

/** It may be this record's, or an older one's of its key that is gone with its topic. */
export function mayBeInWork({ claimed, clean, allInDoubt }: Inherited, { offset }: { offset: number }) {
  return !clean && (allInDoubt || offset < claimed);
}
