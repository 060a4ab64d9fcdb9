// One page of several at a time, by what stands behind the # of the address: #/parked, #/story/KEY.
import { say } from './texts.js';
import { setText } from './rows.js';

const titles = new Map(
  [...document.querySelectorAll('nav a')].map((link) => [
    link.hash.slice(2),
    link.firstElementChild.textContent,
  ]),
);

/** `{ page, rest }` of the address; an unknown page is the first one. */
export function here() {
  const [page = '', rest = ''] = location.hash.slice(2).split('/');
  return document.getElementById(`page-${page}`)
    ? { page, rest: decodeURIComponent(rest) }
    : { page: 'overview', rest: '' };
}

/** Shows the page of the address, now and whenever that changes, and tells of it. */
export function followAddress(onPage) {
  const show = () => {
    const { page, rest } = here();
    for (const one of document.querySelectorAll('.page')) one.hidden = one.id !== `page-${page}`;
    for (const link of document.querySelectorAll('nav a'))
      if (link.hash === `#/${page}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    document.title = say('title.page', { page: titles.get(page) ?? say('page.story') });
    onPage(page, rest);
  };
  addEventListener('hashchange', show);
  show();
}

/** How much there is on a page, behind its name. */
export function showCount(page, number) {
  const place = document.querySelector(`nav a[href="#/${page}"] .count`);
  setText(place, number === 0 ? '' : say('{number}', { number }));
}
