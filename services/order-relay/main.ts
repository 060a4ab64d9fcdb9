import { readConfiguration } from '../platform/config/read.ts';
import { forwardSignals } from '../platform/lifecycle/signals.ts';
import { startOrderRelay } from './relay.ts';

const configuration = readConfiguration(['magento', 'orders', 'webhook']);
const relay = await startOrderRelay(configuration);
forwardSignals(relay.stop, relay.report);
