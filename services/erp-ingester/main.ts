import { readConfiguration } from '../platform/config/read.ts';
import { forwardSignals } from '../platform/lifecycle/signals.ts';
import { startErpIngester } from './ingester.ts';

const configuration = readConfiguration(['erp', 'fulfilments']);
const ingester = await startErpIngester(configuration);
forwardSignals(ingester.stop, ingester.report);
