// What the frame does in the browser without asking the server: theme, navigation width, keys, ages, connection.
const root = document.documentElement;
const remember = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`; };
const typing = target => target.closest?.('input, textarea, select, [contenteditable="true"]');

// What is typed while the palette is still on its way; null when it is not.
let early = null;

window.bdSite = {
  // A dialog's focus trap takes the focus when it opens; what should have it asks once more after that.
  focus(id) {
    const element = document.getElementById(id);
    element?.focus();
    if (element && early) {
      element.value = early;
      element.dispatchEvent(new Event('input', { bubbles: true }));
    }
    early = null;
    if (element?.closest('.mud-dialog')) setTimeout(() => element.focus(), 80);
  },
};

document.addEventListener('click', event => {
  if (event.target.closest('[data-theme-switch]')) {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    remember('bd_theme', root.dataset.theme);
    document.dispatchEvent(new Event('bd:theme'));
  }
  const fold = event.target.closest('[data-nav-fold]');
  if (fold) {
    root.dataset.nav = root.dataset.nav === 'mini' ? 'wide' : 'mini';
    remember('bd_nav', root.dataset.nav);
  }
  const copy = event.target.closest('[data-copy]');
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => {
    copy.dataset.copied = '';
    setTimeout(() => delete copy.dataset.copied, 1500);
  });
  if (event.target.closest('[data-reload]')) location.reload();
  for (const menu of document.querySelectorAll('details.bd-menu[open]'))
    if (!menu.contains(event.target) || event.target.closest('a')) menu.open = false;
});

document.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    for (const menu of document.querySelectorAll('details.bd-menu[open]')) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  }
  if (event.target.matches?.('[role="combobox"]') && ['ArrowUp', 'ArrowDown', 'Enter'].includes(event.key)) event.preventDefault();
  // The palette is seen a moment before its box has the focus: Escape closes it then too.
  const veil = event.key === 'Escape' && document.querySelector('.bd-veil');
  if (veil && !veil.contains(event.target)) {
    early = null;
    veil.click();
    return;
  }
  const palette = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k';
  if (palette || (event.key === '/' && !typing(event.target))) {
    const button = document.querySelector('[data-palette]');
    if (button) {
      event.preventDefault();
      early = '';
      setTimeout(() => { early = null; }, 3000);
      button.click();
    }
    return;
  }
  if (early !== null && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !typing(event.target)) {
    early += event.key;
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector('.bd-veil, .mud-dialog')) return;
  document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`)?.click();
});

// Ages count on in the browser, so that they stay true while the connection is lost.
setInterval(() => {
  for (const age of document.querySelectorAll('.bd-age')) {
    const { mark } = age.dataset;
    if (age.bdMark !== mark) { age.bdMark = mark; age.bdSince = performance.now() - Number(age.dataset.age); }
    const milliseconds = performance.now() - age.bdSince;
    const seconds = Math.floor(milliseconds / 1000);
    const [shape, count] = seconds < 60 ? [age.dataset.s, seconds] : seconds < 3600 ? [age.dataset.m, Math.floor(seconds / 60)]
      : seconds < 86400 ? [age.dataset.h, Math.floor(seconds / 3600)] : [age.dataset.d, Math.floor(seconds / 86400)];
    age.querySelector('[data-age-text]').textContent = shape.replace('{0}', count);
    age.classList.toggle('bd-stale', milliseconds > Number(age.dataset.stale));
  }
}, 1000);

// What comes as one scrolls: the button that loads more is pressed for whoever gets near it.
const near = new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting && !entry.target.disabled) entry.target.click();
}, { rootMargin: '600px' });
setInterval(() => {
  for (const button of document.querySelectorAll('[data-load-on-scroll]:not(:disabled)')) {
    // Observed anew, an observer tells again of a button that is still near.
    near.unobserve(button);
    near.observe(button);
  }
}, 400);

// A lost connection comes back by itself. When the server no longer knows the page, it reloads (the address holds its
// state), unless something typed would be lost: then it asks.
let edited = false;
document.addEventListener('input', () => { edited = true; });
const connection = document.getElementById('components-reconnect-modal');
connection?.addEventListener('components-reconnect-state-changed', event => {
  if (event.detail.state === 'failed') retry();
  if (event.detail.state === 'rejected' && !edited) location.reload();
});
async function retry() {
  await new Promise(done => setTimeout(done, 3000));
  try {
    if (!await Blazor.reconnect()) rejected();
  } catch {
    retry();
  }
}
function rejected() {
  connection.className = 'components-reconnect-rejected';
  if (!edited) location.reload();
}
