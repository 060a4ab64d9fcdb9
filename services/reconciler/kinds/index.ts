import { connectCustomers } from '../../erp/customers/connect-customers.ts';
import { connectOrders } from '../../erp/orders/connect-orders.ts';
import { connectMagento } from '../../magento/connect.ts';
import { documentKinds } from '../../magento/documents.ts';
import type { Configuration } from '../../platform/config/read.ts';
import { KeptCodes } from '../../platform/kept-codes.ts';
import type { Process } from '../../platform/lifecycle/process.ts';
import type { Comparer } from '../compare/comparer.ts';
import { customersComparer } from './customers.ts';
import { documentsComparer } from './documents.ts';
import { ordersComparer } from './orders.ts';
import { pricesComparer } from './prices.ts';
import { productsComparer } from './products.ts';
import { stockComparer } from './stock.ts';

/** What is read of the configuration: that of every flow that is looked after. */
export type ReconcilerConfiguration = Configuration<
  'reconcile' | 'magento' | 'stock' | 'orders' | 'customers' | 'catalog' | 'fulfilments' | 'erp'
>;

/** Of the kinds that are to be compared, in that order, those whose flow is on: a dry one has written nothing. */
export async function comparersOf(
  configuration: ReconcilerConfiguration,
  process: Process,
): Promise<Comparer<never, never>[]> {
  const { reconcile: config, flows, stock, catalog, fulfilments, instance } = configuration.config;
  const { clock } = process.context;
  const kept = new KeptCodes(process.bus, instance, clock);
  const reading = await kept.follow();
  process.onStop(() => reading.stop());
  const magento = connectMagento(configuration, process, (coded) => kept.of(coded));
  process.onStop(() => magento.close());
  const orders = flows.orders === 'on' ? await comparerOfOrders(configuration, process) : [];
  const all = [
    ...(flows.stock === 'on' ? [stockComparer(magento, stock, catalog.baseCurrency)] : []),
    ...orders,
    ...(flows.customers === 'on' ? await comparerOfCustomers(configuration, process) : []),
    ...(flows.catalog === 'on'
      ? [pricesComparer({ magento, catalog, clock }), productsComparer({ magento, catalog, clock })]
      : []),
    ...(flows.shipments === 'on'
      ? documentKinds.map((kind) => documentsComparer(kind, { magento, fulfilments, instance, clock }))
      : []),
  ] as unknown as Comparer<never, never>[];
  return config.kinds.flatMap((kind) => all.filter((comparer) => comparer.kind === kind));
}

/** None where orders are not exported by this deployment. */
async function comparerOfOrders(configuration: ReconcilerConfiguration, process: Process) {
  const { orders, customers, erp, instance } = configuration.config;
  if (erp.orders === undefined && erp.recipe === undefined) return [];
  const connected = await connectOrders(configuration, process);
  process.onStop(() => connected.close());
  const { guests } = customers;
  return [ordersComparer({ erp: connected.erp, orders, guests, instance })];
}

/** Likewise. */
async function comparerOfCustomers(configuration: ReconcilerConfiguration, process: Process) {
  const { customers, erp, instance } = configuration.config;
  if (erp.customers === undefined && erp.recipe?.customers === undefined) return [];
  const connected = await connectCustomers(configuration, process);
  process.onStop(() => connected.close());
  return [customersComparer({ erp: connected.erp, customers, instance })];
}
