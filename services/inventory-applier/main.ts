import { readConfiguration } from '../platform/config/read.ts';
import { forwardSignals } from '../platform/lifecycle/signals.ts';
import { startInventoryApplier } from './applier.ts';

const configuration = readConfiguration(['magento', 'stock']);
const applier = await startInventoryApplier(configuration);
forwardSignals(applier.stop, applier.report);
