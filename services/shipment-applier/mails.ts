import type { Fulfilment } from '../../schemas/types.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config/schema.ts';

/** What is older as it comes is of a load, or was parked for long: no customer waits for a mail about it. */
const mailedWithinMs = 7 * 86_400_000;

/** The options for a document: about one of long ago nobody is mailed, whatever they say. */
export function withMailsFor<
  Options extends { clock: Pick<Clock, 'now'>; fulfilments: Config['fulfilments'] },
>({ documentDate }: Pick<Fulfilment, 'documentDate'>, options: Options): Options {
  if (options.clock.now() - documentDate <= mailedWithinMs) return options;
  const { invoices, creditMemos, comments, ...fulfilments } = options.fulfilments;
  const silent = { notifyCustomer: false };
  return {
    ...options,
    fulfilments: {
      ...fulfilments,
      ...silent,
      invoices: { ...invoices, ...silent },
      creditMemos: { ...creditMemos, ...silent },
      comments: { ...comments, ...silent },
    },
  };
}
