import { customers, orders, parked, refresh } from '../../../../schemas/topics.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { forAll } from '../../../platform/for-all.ts';
import { actorOf, recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus, withValueReader } from '../../open.ts';
import { refuseOtherKeys } from '../refresh/refresh.ts';
import { askedAgain } from '../../../operations/act.ts';
import { find, ofCustomer, ofOrder } from './find.ts';
import type { Found, Meant } from './find.ts';
import { print } from './report.ts';

interface EraseOptions extends GlobalOptions {
  dryRun?: boolean;
  reason?: string;
}

/** The person is named in no record of the act: that would be one more place to erase. */
export function eraseCustomer(options: EraseOptions, who: string): Promise<number> {
  return erase(options, 'a customer', ofCustomer(who));
}

export function eraseOrder(options: EraseOptions, key: string): Promise<number> {
  const { config } = readConfiguration([], options.config);
  refuseOtherKeys(key, orders.keyParts, config.instance);
  return erase(options, 'an order', ofOrder(key));
}

/**
 * Erases the parked originals, and has the shop asked for the accounts: one that is deleted there becomes a tombstone, and
 * goes from the ERP. What lies on a topic that keeps records for a time can only be waited for.
 */
async function erase(options: EraseOptions, subject: string, isMeant: Meant): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const { dryRun = false, reason } = options;
  const found: Found = await withBus(configuration, async (bus) => {
    const made = await withValueReader(configuration, (reader) => find(bus, reader, isMeant));
    if (dryRun) return made;
    await recordAct(bus, options, {
      action: 'erase',
      subject,
      keys: [...made.customers.keys, ...made.orders.keys],
      ...(reason === undefined ? {} : { reason }),
    });
    await forAll(made.parkedKeys, (key) => bus.tombstone(parked, key));
    const requests = [...made.customers.keys].map((key) =>
      askedAgain(customers.topic, key, `cli ${actorOf(options)}`),
    );
    await forAll(requests, (value) => bus.publish(refresh, { value }));
    return made;
  });
  print(found, options);
  return 0;
}
