/** The configuration as a whole: one section per file of sections/, none of it optional by accident. */
import { z } from 'zod';
import { catalogSection } from './sections/catalog.ts';
import { consoleSection } from './sections/console.ts';
import { customersSection } from './sections/customers.ts';
import { erpSection } from './sections/erp.ts';
import { fulfilmentsSection } from './sections/fulfilments.ts';
import { magentoSection } from './sections/magento.ts';
import { markerSection } from './sections/marker.ts';
import { ordersSection } from './sections/orders.ts';
import { reconcileSection } from './sections/reconcile.ts';
import { kafkaSection } from './sections/kafka.ts';
import { flowsSection, httpSection, policySection, telemetrySection } from './sections/platform.ts';
import { stockSection } from './sections/stock.ts';
import { webhookSection } from './sections/webhook.ts';
import { text } from './fields.ts';

export const configSchema = z.strictObject({
  /** Name of this shop instance; part of keys and of the names of consumer groups. One deployment serves one. */
  instance: text.regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower case letters, digits and dashes'),
  kafka: kafkaSection,
  http: httpSection,
  telemetry: telemetrySection,
  flows: flowsSection,
  policy: policySection,
  magento: magentoSection,
  webhook: webhookSection,
  orders: ordersSection,
  customers: customersSection,
  stock: stockSection,
  catalog: catalogSection,
  fulfilments: fulfilmentsSection,
  erp: erpSection,
  reconcile: reconcileSection,
  marker: markerSection,
  console: consoleSection,
});

export type Config = z.output<typeof configSchema>;
export type SectionName = keyof Config;

/** What every process reads. */
export const platformSections = ['instance', 'kafka', 'http', 'telemetry', 'flows', 'policy'] as const;
export type PlatformConfig = Pick<Config, (typeof platformSections)[number]>;
