import { connectCustomers } from '../../erp/customers/connect-customers.ts';
import type { Configuration } from '../../platform/config/read.ts';
import { runStates } from '../../platform/flow/states/run-states.ts';
import { groupOfPart } from '../../platform/groups.ts';
import type { Mode } from '../../platform/groups.ts';
import type { Subscription } from '../../platform/kafka/types.ts';
import type { Process } from '../../platform/lifecycle/process.ts';
import { customerFlow } from './customer-flow.ts';

/** Customers, beside the orders: in a group of their own, so that neither waits for what stops the other. */
export async function exportCustomers(
  configuration: Configuration<'customers' | 'erp'>,
  process: Process,
  mode: Mode,
): Promise<Subscription> {
  const { customers, instance } = configuration.config;
  const { context } = process;
  const connected = await connectCustomers(configuration, process);
  process.onStop(() => connected.close());
  return runStates(
    { ...context, group: groupOfPart(context.group, 'customers') },
    customerFlow({ ...connected, customers, instance, mode }),
  );
}
