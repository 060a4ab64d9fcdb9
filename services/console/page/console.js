// Draws what `GET /api/events` says, and once a second anew, because times go on when nothing happens.
import { ago, exactTime, time } from './format.js';
import { showFlows } from './flows.js';
import { onShowAll, showOutcomes } from './outcomes.js';
import { showParked } from './parked.js';
import { setText, showRows } from './rows.js';
import { showStory } from './story.js';
import { showSummary } from './summary.js';

const byId = (id) => document.getElementById(id);
/** Newest status, and when it came by this computer's clock. */
let status = null;
let receivedAt = 0;
let connected = false;

const flowName = ({ process, topic }) =>
  status?.flows.find((flow) => flow.process === process && flow.topic === topic)?.name ?? process;

function draw() {
  drawConnection();
  if (status === null) return;
  // The server's time goes on from its last word: this computer's clock may be wrong.
  const now = status.at + (performance.now() - receivedAt);
  setText(byId('instance'), status.instance);
  drawNotice();
  showSummary(status);
  showFlows(status, now);
  showParked(status, now, flowName, draw);
  showOutcomes(status, now, flowName);
  drawCursors(now);
}

function drawConnection() {
  const connection = byId('connection');
  connection.className = connected ? 'live' : 'lost';
  if (connected) setText(connection, 'Live');
  else if (status === null) setText(connection, 'Connecting…');
  else setText(connection, `Connection lost, figures are from ${ago(performance.now() - receivedAt)}`);
}

function drawNotice() {
  const lines = [...status.troubles];
  if (!status.complete)
    lines.unshift('Still reading what happened in the last 24 hours: figures are too low.');
  byId('notice').hidden = lines.length === 0;
  setText(byId('notice'), lines.join('\n'));
}

function drawCursors(now) {
  const columns = [
    { title: 'Process', cell: ({ process }) => [{ text: process, className: 'strong' }] },
    { title: 'Source', cell: ({ source }) => source },
    { title: 'Position', className: 'wide', cell: ({ position }) => [{ text: position, className: 'key' }] },
    { title: 'First load', cell: ({ firstLoad }) => firstLoad ?? '' },
    {
      title: 'Written',
      className: 'number',
      cell: ({ updatedAt }) => [{ text: time(updatedAt, now), title: exactTime(updatedAt) }],
    },
  ];
  byId('cursors-empty').hidden = status.cursors.length > 0;
  showRows(byId('cursors'), columns, status.cursors, ({ process, source }) => `${process}/${source}`);
}

function connect() {
  const events = new EventSource('/api/events');
  events.addEventListener('open', () => {
    connected = true;
    draw();
  });
  events.addEventListener('status', ({ data }) => {
    status = JSON.parse(data);
    receivedAt = performance.now();
    draw();
  });
  events.addEventListener('error', () => {
    connected = false;
    draw();
    // The browser comes back by itself, except after an answer that was not a stream.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => void comeBack(), 3000);
  });
}

/** To the stream, or to the log-in when that has ended meanwhile. */
async function comeBack() {
  const answer = await fetch('/api/user').catch(() => null);
  if (answer?.status === 401) location.assign('/login');
  else connect();
}

async function showUser() {
  const { user, mayLogOut } = await (await fetch('/api/user')).json();
  setText(byId('user').firstElementChild, user);
  byId('user').hidden = !mayLogOut;
}

byId('user')
  .querySelector('button')
  .addEventListener('click', () => {
    void fetch('/logout', { method: 'POST', redirect: 'manual' }).then(() => location.assign('/login'));
  });
void showUser();

byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  const key = byId('search-key').value.trim();
  if (key !== '') void showStory(key);
});
byId('story-close').addEventListener('click', () => {
  byId('story').hidden = true;
  byId('search-key').focus();
});
onShowAll(draw);
connect();
setInterval(draw, 1000);
