// Every English word that the page shows stands in texts.json, by the place where it is shown.
import { count } from './format.js';

const texts = await (await fetch('/texts.json')).json();

/** A text with its values in it. A number is written with its digits apart; of one thing alone `KEY.one` is said. */
export function say(key, values = {}) {
  const text = (values.count === 1 && texts[`${key}.one`]) || texts[key] || key;
  return text.replaceAll(/\{(\w+)\}/g, (_all, name) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? count(value) : value;
  });
}
