/** For container engines: exit code 0 while the process of this container says that it lives. The command line has no port to ask. */
import { get } from 'node:http';

if (process.env.SERVICE === 'cli') process.exit(0);
const request = get(
  { host: '127.0.0.1', port: process.env.HTTP_PORT ?? 8080, path: '/livez', timeout: 2_000 },
  (response) => process.exit(response.statusCode === 200 ? 0 : 1),
);
request.on('timeout', () => request.destroy(new Error('no answer')));
request.on('error', () => process.exit(1));
