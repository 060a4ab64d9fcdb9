/**
 * kafkajs 2.2.4 begins its fetch loops anew whenever another broker comes or goes, also where its consumer was stopped
 * while the loops of before came to their end (consumer/fetchManager.js). Those nobody ends: each of their fetches
 * answers at once that nothing runs (consumer/runner.js), and so they turn for ever and let nothing else in the process
 * run, no timer, no answer, no signal. Here such a fetch ends its loop, and the stop that waits for it.
 */
import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';

interface Runner {
  running: boolean;
  fetch(nodeId: number): Promise<unknown[]>;
}

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/consumer/runner.js') as { prototype: Runner };
const fetchOf = Reflect.get<Runner, 'fetch'>(prototype, 'fetch');
/** Node does not see it among the names of this CommonJS package. */
const { KafkaJSError } = kafkajs;

let patched = false;

export function endFetchesWhenStopped(): void {
  if (patched) return;
  patched = true;
  prototype.fetch = async function fetchWhileRunning(this: Runner, nodeId): Promise<unknown[]> {
    // One that may be tried again: kafkajs then looks whether it still runs, and a stopped consumer has not crashed.
    if (!this.running) throw new KafkaJSError('the consumer was stopped');
    return fetchOf.call(this, nodeId);
  };
}
