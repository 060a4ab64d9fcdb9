import { connectOrders } from '../erp/orders/connect-orders.ts';
import type { Configuration } from '../platform/config/read.ts';
import { runDocuments } from '../platform/flow/documents/run-documents.ts';
import type { Mode } from '../platform/groups.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import type { TopicAdmin } from '../platform/kafka/topic-admin.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { orderFlow } from './order-flow.ts';
import { orderProgress } from './order-progress.ts';
import { tellShop } from './tell-shop.ts';

export async function exportOrders(
  configuration: Configuration<'orders' | 'customers' | 'erp'>,
  process: Process,
  mode: Mode,
  admin: Pick<TopicAdmin, 'lag' | 'begins'>,
): Promise<Subscription> {
  const { orders, customers, instance } = configuration.config;
  const connected = await connectOrders(configuration, process);
  process.onStop(() => connected.close());
  return runDocuments(
    process.context,
    orderFlow({
      ...connected,
      orders,
      guests: customers.guests,
      instance,
      mode,
      clock: process.context.clock,
      progress: orderProgress(admin, process.context.group),
      ...(orders.writeBack === 'comment' && { tellShop: tellShop(process.bus) }),
    }),
  );
}
