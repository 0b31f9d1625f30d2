// Runs before the first paint: a first visit takes the system's light or dark and remembers it, so nothing flashes.
(() => {
  if (/(^|; )bd_theme=/.test(document.cookie)) return;
  const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.cookie = `bd_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  if (theme !== document.documentElement.dataset.theme && /(^|; )bd_theme=/.test(document.cookie)) location.reload();
})();
