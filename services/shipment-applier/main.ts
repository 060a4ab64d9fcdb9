import { readConfiguration } from '../platform/config/read.ts';
import { forwardSignals } from '../platform/lifecycle/signals.ts';
import { startShipmentApplier } from './applier.ts';

const configuration = readConfiguration(['magento', 'fulfilments', 'stock']);
const applier = await startShipmentApplier(configuration);
forwardSignals(applier.stop, applier.report);
