import { parseArgs } from 'node:util';
import { startErp } from './index.ts';

/** Sandbox ERP: `node main.ts --database-url postgres://… [--host 127.0.0.1] [--port 0] [--seed]`. Says its address as a JSON line. */
const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'database-url': { type: 'string' },
    seed: { type: 'boolean', default: false },
  },
});
const databaseUrl = values['database-url'];
const port = Number(values.port);
if (!databaseUrl || !Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(
    'Usage: node main.ts --database-url postgres://user@host:port/name [--host 127.0.0.1] [--port 0] [--seed]',
  );
  process.exit(1);
}

const erp = await startErp({ databaseUrl, host: values.host, port, seed: values.seed });
console.log(JSON.stringify({ url: erp.url }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void erp.close());
