// Draws what `GET /api/events` says, and once a second anew, because times go on when nothing happens.
import { showAudit } from './audit.js';
import { showCharts } from './charts.js';
import { showControls } from './controls.js';
import { showDifferences } from './differences.js';
import { showFlows } from './flows.js';
import { exactTime, time } from './format.js';
import { prepareGoLive } from './go-live.js';
import { onShowAll, showOutcomes } from './outcomes.js';
import { followAddress, showCount } from './pages.js';
import { showParked } from './parked.js';
import { setText, showRows } from './rows.js';
import { showStory } from './story.js';
import { showSummary } from './summary.js';
import { say } from './texts.js';
import { ago } from './time-words.js';

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
  showCounts();
  showSummary(status, now);
  showFlows(status, now);
  void showCharts(now);
  showParked(status, now, flowName, draw);
  showDifferences(status, now, draw);
  showControls(status, now);
  showAudit(status, now, draw);
  showOutcomes(status, now, flowName);
  drawCursors(now);
}

function drawConnection() {
  const connection = byId('connection');
  connection.className = connected ? 'live' : 'lost';
  if (connected) setText(connection, say('connection.live'));
  else if (status === null) setText(connection, say('connection.connecting'));
  else setText(connection, say('connection.lost', { ago: ago(performance.now() - receivedAt) }));
}

function showCounts() {
  showCount('parked', status.parked.total);
  showCount('differences', status.differences.total);
  const paused = status.flows.filter(({ control }) => control?.paused);
  showCount('controls', new Set(paused.map(({ process }) => process)).size);
}

function drawNotice() {
  const lines = [...status.troubles];
  if (!status.complete) lines.unshift(say('notice.reading'));
  byId('notice').hidden = lines.length === 0;
  setText(byId('notice'), lines.join('\n'));
}

function drawCursors(now) {
  const columns = [
    { title: say('cursors.process'), cell: ({ process }) => [{ text: process, className: 'strong' }] },
    { title: say('cursors.source'), cell: ({ source }) => source },
    {
      title: say('cursors.position'),
      className: 'wide',
      cell: ({ position }) => [{ text: position, className: 'key' }],
    },
    { title: say('cursors.firstLoad'), cell: ({ firstLoad }) => firstLoad ?? '' },
    {
      title: say('cursors.written'),
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
  const { user, role, mayLogOut } = await (await fetch('/api/user')).json();
  document.body.dataset.role = role;
  setText(byId('user').firstElementChild, role === 'viewer' ? `${user} (${say('viewer')})` : user);
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
  const hash = `#/story/${encodeURIComponent(key)}`;
  // The same story once more is told anew.
  if (key !== '' && location.hash === hash) void showStory(key);
  else if (key !== '') location.hash = hash;
});
byId('story-close').addEventListener('click', () => {
  location.hash = '#/overview';
  byId('search-key').focus();
});
prepareGoLive();
followAddress((page, rest) => {
  if (page === 'story' && rest !== '') void showStory(rest);
  draw();
});
onShowAll(draw);
connect();
setInterval(draw, 1000);
