import { readConfiguration } from '../platform/config/read.ts';
import { forwardSignals } from '../platform/lifecycle/signals.ts';
import { startConsole } from './console.ts';

const configuration = readConfiguration([]);
const console = await startConsole(configuration);
forwardSignals(console.stop, console.report);
