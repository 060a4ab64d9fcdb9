/** Why a record was not acknowledged, in words. */
import { Unavailable } from '../../errors.ts';

export function closing(record: { topic: string }) {
  return {
    code: 'kafka.closing',
    what: `The record for ${record.topic} was not sent: this process is stopping`,
    fix: 'It is read again at its source by the next process',
  };
}

export function queueFull(record: { topic: string }): Unavailable {
  return new Unavailable({
    code: 'kafka.queue_full',
    what: `The record for ${record.topic} was not taken: too many bytes wait for the broker's acknowledgement`,
    fix: 'It is tried again by itself; look at the broker if this lasts',
  });
}

export function fenceFell(record: { topic: string }): Unavailable {
  return new Unavailable(
    {
      code: 'kafka.lease_over',
      what: `The lease ended while a record for ${record.topic} was being published`,
      fix: 'Nothing: whoever holds it now publishes what is true by then',
    },
    { outcome: 'unknown' },
  );
}

export function deadlinePassed(record: { topic: string }, written: boolean, cause: unknown): Unavailable {
  return new Unavailable(
    {
      code: 'kafka.not_acknowledged',
      what: `The broker did not acknowledge a record for ${record.topic} in time`,
      ...(cause instanceof Error && { why: cause.message }),
      fix: 'It is tried again by itself; look at the broker, and whether `cartage topics apply` has been run',
    },
    { outcome: written ? 'unknown' : 'none', cause },
  );
}
