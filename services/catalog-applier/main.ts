import { readConfiguration } from '../platform/config/read.ts';
import { forwardSignals } from '../platform/lifecycle/signals.ts';
import { startCatalogApplier } from './applier.ts';

const configuration = readConfiguration(['magento', 'catalog', 'stock']);
const applier = await startCatalogApplier(configuration);
forwardSignals(applier.stop, applier.report);
