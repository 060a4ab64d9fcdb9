import { parked } from '../../schemas/topics.ts';
import { statesNow } from '../infrastructure/topic-now.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

/** Until every product of the ERP is for sale in the shop and nothing is held for it any more. */
export async function firstLoadDone({ sandboxes, bus }: Stack): Promise<void> {
  const expected = (await sandboxes.erpProducts()).length;
  await until('all products for sale, and nothing held any more', async () => {
    const products = await sandboxes.products();
    return (
      products.length === expected &&
      products.every(({ status, sourceItems }) => status === 1 && Object.keys(sourceItems).length > 0) &&
      (await statesNow(bus, parked)).size === 0
    );
  });
}
