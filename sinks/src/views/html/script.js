'use strict';
// The page is complete without this: it adds a filter, and keys that move between rows.
const rows = [...document.querySelectorAll('.rows > li')];
const filter = document.getElementById('filter');
const found = document.getElementById('found');
const text = rows.map(row => row.querySelector('summary').textContent.toLowerCase());
if (filter) {
  filter.hidden = false;
  filter.addEventListener('input', () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    let count = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every(word => text[index].includes(word));
      count += row.hidden ? 0 : 1;
    });
    found.textContent = filter.value ? `${count} of ${rows.length} requests` : '';
  });
}
document.addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === '/' && filter && document.activeElement !== filter) {
    event.preventDefault();
    filter.focus();
    return;
  }
  const at = document.activeElement;
  if (at === null || at.tagName !== 'SUMMARY') return;
  const shown = rows.filter(row => !row.hidden);
  const index = shown.indexOf(at.closest('li'));
  const details = at.parentElement;
  const last = shown.length - 1;
  const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: last }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    const row = shown[Math.min(Math.max(next, 0), last)].querySelector('summary');
    row.focus();
    row.scrollIntoView({ block: 'nearest' });
  } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
    event.preventDefault();
    details.open = event.key === 'ArrowRight';
  }
});
