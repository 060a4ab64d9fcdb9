import { readFileSync } from 'node:fs';

/** The page for people at `/`: orders, products and a form to buy. It polls `/sandbox/state`. */
export const PAGE = readFileSync(new URL('page.html', import.meta.url), 'utf8');
