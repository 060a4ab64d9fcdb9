import { consoleNote, type Plan } from '../plan.ts';
import { loopback } from '../ports.ts';
import type { OwnShop } from './shop.ts';

/** What a person can open and do next, of this run alone. */
export function summary(
  { options, config, sandboxes }: OwnShop,
  { ports, processPorts, jaeger, state }: Plan,
): string {
  const { flows, magento, webhook } = config;
  const sandbox = (port: number) => `sandbox, http://${loopback}:${port}`;
  const webhooks = sandboxes.shop ? `${loopback}:${ports.webhook}` : `${webhook.host}:${webhook.port}`;
  const places: Record<string, string | undefined> = {
    Console: `http://${loopback}:${processPorts.get('console')}${consoleNote(config.console.password)}`,
    Shop: sandboxes.shop ? sandbox(ports.shop) : magento.url,
    ERP: sandboxes.erp
      ? sandbox(ports.erp)
      : (config.erp.recipe?.url ?? databaseOf(config.erp.connection.url)),
    Webhooks: `taken on http://${webhooks}/webhooks/orders`,
    'Traces (Jaeger)': jaeger && `http://${loopback}:${jaeger.port}`,
    Flows: Object.entries(flows)
      .map(([name, mode]) => `${name} ${mode}`)
      .join(', '),
    Configuration: options.file,
    Logs: state.logFile('*'),
  };
  return [
    '',
    ...Object.entries(places).flatMap(([name, place]) =>
      place === undefined ? [] : [`  ${name.padEnd(16)} ${place}`],
    ),
    '',
    '  In another terminal:',
    '    npm run cartage -- check',
    '    npm run cartage -- parked list',
    '',
    '  Ctrl-C ends everything; the next start with this configuration goes on from here.',
  ].join('\n');
}

/** Without the password. */
function databaseOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
