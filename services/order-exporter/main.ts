import { readConfiguration } from '../platform/config/read.ts';
import { forwardSignals } from '../platform/lifecycle/signals.ts';
import { startOrderExporter } from './exporter.ts';

const configuration = readConfiguration(['orders', 'erp']);
const exporter = await startOrderExporter(configuration);
forwardSignals(exporter.stop, exporter.report);
